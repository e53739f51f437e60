import assert from "node:assert/strict";
import { once } from "node:events";
import test from "node:test";
import { WebSocketServer } from "ws";
import { Recorder } from "../recorder.mjs";
import { webSocket } from "../shims/socket.mjs";

test("both directions and the end of a connection are recorded", async (context) => {
  const server = new WebSocketServer({ host: "127.0.0.1", port: 0 });
  context.after(() => server.close());
  await once(server, "listening");
  server.on("connection", (peer) => {
    peer.on("message", () => peer.send(Buffer.from("d0", "hex"), () => peer.terminate()));
  });
  const recorder = new Recorder();
  const url = `ws://127.0.0.1:${server.address().port}/websocket?pid=`;
  const socket = new (webSocket(recorder))(url);
  // What the SDK sets; without it the recorder would see another kind of bytes.
  socket.binaryType = "arraybuffer";
  socket.onopen = () => socket.send(new Uint8Array([0xc0]).buffer);

  await once(socket, "close");

  const [connection] = recorder.recording().connections;
  assert.equal(connection.path, "/websocket?pid=");
  assert.equal(connection.closed.code, 1006);
  assert.deepEqual(
    connection.frames.map(({ direction, packet, hex }) => [direction, packet, hex]),
    [
      ["sent", "PINGREQ", "c0"],
      ["received", "PINGRESP", "d0"],
    ],
  );
});

test("a socket to another host is refused", () => {
  const WebSocket = webSocket(new Recorder());

  assert.throws(() => new WebSocket("wss://cloud.example/websocket"), { name: "SecurityError" });
});
