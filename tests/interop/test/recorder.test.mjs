import assert from "node:assert/strict";
import test from "node:test";
import { Recorder } from "../recorder.mjs";

const SECRET = "s3cret+/=";
const QUERY = Buffer.from("50000670756c6c55530005616c6963650003", "hex");
const QUERYACK = Buffer.from("6000036b0162d60000", "hex");

test("a token is replaced and its navigators are kept", () => {
  const recorder = new Recorder();
  recorder.hide(`${SECRET}@http://127.0.0.1:1`);
  const encoded = encodeURIComponent(SECRET);

  recorder.requested("POST", "http://127.0.0.1:1/v2/navi.json", {}, `token=${encoded}%40http&v=5`);
  recorder.dialled(`ws://127.0.0.1:2/websocket?token=${encoded}%40&pid=`, null);

  const { requests, connections } = recorder.recording();
  assert.equal(requests[0].body, "token=TOKEN%40http&v=5");
  assert.equal(connections[0].path, "/websocket?token=TOKEN%40&pid=");
  assert.equal(recorder.redact(`bad token ${SECRET}`), "bad token TOKEN");
});

test("frames are kept in order under the step they happened in", () => {
  const recorder = new Recorder();
  const connection = recorder.dialled("ws://127.0.0.1:2/websocket", null);
  recorder.step("pull");

  recorder.sent(connection, QUERY);
  recorder.received(connection, QUERYACK);

  const { frames } = recorder.recording().connections[0];
  assert.deepEqual(
    frames.map(({ step, direction, packet, hex }) => [step, direction, packet, hex]),
    [
      ["pull", "sent", "QUERY pullUS", QUERY.toString("hex")],
      ["pull", "received", "QUERYACK", QUERYACK.toString("hex")],
    ],
  );
});

test("a connection settles once everything expected was sent and answered", async () => {
  const recorder = new Recorder();
  const connection = recorder.dialled("ws://127.0.0.1:2/websocket", null);
  let isSettled = false;
  const settled = recorder.settled(["QUERY pullUS"]).then(() => (isSettled = true));
  const turn = () => new Promise((resolve) => setImmediate(resolve));

  await turn();
  assert.equal(isSettled, false, "nothing was sent");
  recorder.sent(connection, QUERY);
  await turn();
  assert.equal(isSettled, false, "the query is unanswered");
  recorder.received(connection, QUERYACK);

  await settled;
});
