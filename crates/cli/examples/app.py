#!/usr/bin/env python3
"""An app that shares imlinkd's connection, in nothing but Python's standard library.

It speaks the JSON form of ipc-proto/PROTOCOL.md and prints every message as a line of JSON.
    imlink token alice | IMLINK_SOCKET=... python3 app.py APP_KEY [APP_ID]
"""
import itertools
import json
import os
import socket
import struct
import sys
import threading
import time

STATUS = {-1: "NETWORK_UNAVAILABLE", 0: "CONNECTED", 1: "CONNECTING", 2: "UNCONNECTED",
          3: "KICKED_OFFLINE_BY_OTHER_CLIENT", 4: "TOKEN_INCORRECT", 12: "SIGN_OUT", 13: "SUSPEND"}


def say(event, **fields):
    print(json.dumps({"event": event, **fields}), flush=True)


class Daemon:
    """One attachment: a greeting, then frames of JSON both ways."""
    has_connected = False  # with this daemon or one before it

    def __init__(self, path, app_id):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.connect(path)
        self.stream = self.socket.makefile("rb")
        self.asked, self.numbers = {}, itertools.count(1)
        name = app_id.encode()
        self.write(b"IMLK" + struct.pack("<BBHHBB", 1, 1, 1, 1, 1, len(name)) + name + b"\x06app.py")
        welcome = self.read()
        if welcome[:6] != b"IMLK\x01\x02":
            raise ConnectionError("the daemon refuses this app")
        self.instance = "%016x" % struct.unpack_from("<Q", welcome, 9)

    def write(self, body):
        self.socket.sendall(struct.pack("<I", len(body)) + body)

    def read(self):
        prefix = self.stream.read(4)
        body = self.stream.read(*struct.unpack("<I", prefix)) if len(prefix) == 4 else b""
        if not body:
            raise ConnectionError("the daemon went away")
        return body

    def request(self, verb, note=None, **fields):
        number = str(next(self.numbers))
        self.asked[number] = (verb, note)
        self.write(json.dumps({"Request": {"id": number, "request": {verb: fields}}}).encode())


def handle(daemon, frame):
    if "Response" in frame:
        answer = frame["Response"]
        verb, note = daemon.asked.pop(answer["id"])
        if "Failed" in answer["result"]:
            failed = answer["result"]["Failed"]
            say("failed", what=verb, code=failed["code"], cause=failed["message"])
        elif verb == "Connect":
            Daemon.has_connected = True
            say("connected", user=answer["result"]["Ok"]["Connected"]["user"])
            daemon.request("Subscribe", name="inbox", start="Beginning")
        elif verb == "Acknowledge":
            say("acknowledged", seq=note)
    elif "Delivery" in frame:
        message, seq = frame["Delivery"]["message"], int(frame["Delivery"]["message"]["seq"])
        say("message", seq=seq, uid=message["uid"], sender=message["sender"],
            text=json.loads(message["body"]).get("content", ""))
        daemon.request("Acknowledge", seq, subscription=frame["Delivery"]["subscription"], seq=str(seq))
    elif status := frame.get("Event", {}).get("event", {}).get("Status"):
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
            daemon.request("Connect", token=token, time_limit=None, replay=attached_before,
                           was_connected=Daemon.has_connected)
            attached_before, pause = True, 0.05
            while True:
                handle(daemon, json.loads(daemon.read()))
        except (OSError, ValueError):  # -2, IPC_DISCONNECT: come back by ourselves, as every client does
            if pause == 0.05:
                say("status", status="SUSPEND", code=-2)
            time.sleep(pause)
            pause = min(2 * pause, 2)


main(*sys.argv[1:3])
