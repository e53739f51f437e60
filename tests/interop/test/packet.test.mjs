import assert from "node:assert/strict";
import test from "node:test";
import { describe } from "../packet.mjs";

const hex = (text) => Buffer.from(text.replaceAll(" ", ""), "hex");

test("the worked examples of protocol/cloud-wire.md 3.7 get their names", () => {
  const publish = hex("32 0006 70704d736750 0003 626f62 0009 0803");
  const notification = hex("32 6b010ebf 0005 735f6e7466 0005 616c696365 0001 0801");
  const acknowledgement = hex("40 0009 6b010ebf 0000 028e 0000");

  assert.deepEqual(describe(publish, "sent"), { type: "PUBLISH", topic: "ppMsgP", id: 9 });
  assert.deepEqual(describe(notification, "received"), { type: "PUBLISH", topic: "s_ntf", id: 1 });
  assert.deepEqual(describe(acknowledgement, "received"), { type: "PUBACK", id: 9 });
  assert.deepEqual(describe(hex("c0"), "sent"), { type: "PINGREQ" });
});

test("a packet cut at any byte still has a type", () => {
  const query = hex("50 0007 70756c6c4d7367 0005 616c696365 0005");

  for (let length = 1; length < query.length; length += 1) {
    assert.deepEqual(describe(query.subarray(0, length), "sent"), { type: "QUERY" });
  }
  assert.deepEqual(describe(query, "sent"), { type: "QUERY", topic: "pullMsg", id: 5 });
  assert.deepEqual(describe(hex(""), "sent"), { type: "EMPTY" });
});
