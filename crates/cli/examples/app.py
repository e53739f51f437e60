#!/usr/bin/env python3
"""An app that shares imlinkd's connection, in nothing but Python's standard library.

It speaks the JSON form of ipc-proto/PROTOCOL.md: connects with the token on its first line of
input, prints every message as a line of JSON, and survives the daemon. The demo runs it.

    imlink token alice | IMLINK_SOCKET=... python3 app.py APP_KEY [APP_ID]
"""
import json, os, socket, struct, sys, threading, time

STATUS = {-1: "NETWORK_UNAVAILABLE", 0: "CONNECTED", 1: "CONNECTING", 2: "UNCONNECTED",
          3: "KICKED_OFFLINE_BY_OTHER_CLIENT", 4: "TOKEN_INCORRECT", 12: "SIGN_OUT", 13: "SUSPEND"}


def say(event, **fields):
    print(json.dumps({"event": event, **fields}), flush=True)


class Daemon:
    """One attachment: a greeting, then frames of JSON both ways."""

    def __init__(self, path, app_id):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.connect(path)
        self.asked = {}
        name, client = app_id.encode(), b"app.py"
        self.write(b"IMLK" + struct.pack("<BBHHB", 1, 1, 1, 1, 1)
                   + bytes([len(name)]) + name + bytes([len(client)]) + client)
        welcome = self.read()
        if welcome[:6] != b"IMLK\x01\x02":
            raise ConnectionError("the daemon refuses this app")
        self.instance = "%016x" % struct.unpack_from("<Q", welcome, 9)

    def write(self, body):
        self.socket.sendall(struct.pack("<I", len(body)) + body)

    def read(self):
        length, = struct.unpack("<I", self.exactly(4))
        return self.exactly(length)

    def exactly(self, wanted):
        data = b""
        while len(data) < wanted:
            piece = self.socket.recv(wanted - len(data))
            if not piece:
                raise ConnectionError("the daemon went away")
            data += piece
        return data

    def request(self, verb, note=None, **fields):
        number = str(len(self.asked) + 1)
        self.asked[number] = (verb, note)
        request = {"Request": {"id": number, "request": {verb: fields}}}
        self.write(json.dumps(request).encode())


def handle(daemon, frame):
    if "Response" in frame:
        answer = frame["Response"]
        verb, note = daemon.asked[answer["id"]]
        if "Failed" in answer["result"]:
            failed = answer["result"]["Failed"]
            say("failed", what=verb, code=failed["code"], cause=failed["message"])
        elif verb == "Connect":
            say("connected", user=answer["result"]["Ok"]["Connected"]["user"])
            daemon.request("Subscribe", name="inbox", start="Beginning")
        elif verb == "Acknowledge":
            say("acknowledged", seq=note)
    elif "Delivery" in frame:
        message, seq = frame["Delivery"]["message"], int(frame["Delivery"]["message"]["seq"])
        say("message", seq=seq, uid=message["uid"], sender=message["sender"],
            text=json.loads(message["body"]).get("content", ""))
        daemon.request("Acknowledge", seq, subscription=frame["Delivery"]["subscription"], seq=str(seq))
    elif "Status" in frame.get("Event", {}).get("event", {}):
        status = frame["Event"]["event"]["Status"]
        say("status", status=STATUS.get(status["status"], "?"), code=status["code"])


def main(app_key, app_id="app.py"):
    token, path = sys.stdin.readline().strip(), os.environ["IMLINK_SOCKET"]
    threading.Thread(target=lambda: (sys.stdin.read(), os._exit(0)), daemon=True).start()
    attached_before, pause = False, 0.05
    say("connecting", count=1)
    while True:
        try:
            daemon = Daemon(path, app_id)
            say("attached", daemon=daemon.instance, reattached=attached_before)
            daemon.request("Init", app_key=app_key)
            daemon.request("Connect", token=token, time_limit=None, replay=attached_before)
            attached_before, pause = True, 0.05
            while True:
                handle(daemon, json.loads(daemon.read()))
        except OSError:  # -2, IPC_DISCONNECT: come back by ourselves, as every client does
            if pause == 0.05:
                say("status", status="SUSPEND", code=-2)
            time.sleep(pause)
            pause = min(2 * pause, 2)


main(*sys.argv[1:3])
