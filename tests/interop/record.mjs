// Puts the SDK through the scenario of README.md and prints what it did as JSON.
//
// Stdin: {"appkey", "navigators", "alice": TOKEN, "bob": TOKEN}. Alice is recorded, Bob is a second
// SDK process that writes to her. Needs nothing from the cloud but ordinary service.

import { readFileSync } from "node:fs";
import { text } from "node:stream/consumers";
import { Driver } from "./driver.mjs";

/** What the SDK asks after a first CONNACK, besides the ping. Source: protocol/cloud-wire.md 4. */
const FIRST_CONNECT = [
  "PINGREQ",
  "QUERY qAppBot",
  "QUERY pullEventChange",
  "QUERY pullUS",
  "QUERY pullSeAtts",
  "QUERY pullSeAtts",
  "QUERY pullMsg",
  "QUERY reportsdk",
  "QUERY pullModifyMsg",
];

/** The same after a later one. */
const RECONNECT = [
  "PINGREQ",
  "QUERY pullEventChange",
  "QUERY pullUS",
  "QUERY pullSeAtts",
  "QUERY pullMsg",
];

/** The second ping comes 15 s after the first answer; the rest is slack. */
const PING_DEADLINE = 25_000;

const { appkey, navigators, ...tokens } = JSON.parse(await text(process.stdin));
const alice = new Driver();
const bob = new Driver();

try {
  const recording = await scenario();
  process.stdout.write(`${JSON.stringify({ sdk: versions(), ...recording }, null, 1)}\n`);
} catch (error) {
  process.stderr.write(`record: ${error.message}\n`);
  process.exitCode = 1;
} finally {
  await Promise.all([alice.quit(), bob.quit()]);
}

async function scenario() {
  const bobId = await connect(bob, tokens.bob);

  alice.tell("step", { name: "connect" });
  const aliceId = await connect(alice, tokens.alice);
  await settle(alice, FIRST_CONNECT);

  alice.tell("step", { name: "send" });
  alice.tell("send", { target: bobId, text: "hello" });
  await alice.expect({ event: "sent" });
  await bob.expect({ event: "message", from: aliceId, text: "hello" });

  alice.tell("step", { name: "ping" });
  await settle(alice, ["PINGREQ", "PINGREQ"], PING_DEADLINE);

  alice.tell("step", { name: "receive" });
  bob.tell("send", { target: aliceId, text: "hi" });
  await alice.expect({ event: "message", from: bobId, text: "hi" });
  await settle(alice, ["PUBACK", "QUERY pullMsg", "QUERY pullMsg"]);

  alice.tell("step", { name: "reconnect" });
  alice.tell("drop");
  await alice.expect({ event: "state", name: "SUSPEND" });
  await alice.expect({ event: "state", name: "CONNECTED" });
  await settle(alice, RECONNECT);

  alice.tell("step", { name: "disconnect" });
  alice.tell("disconnect");
  await alice.expect({ event: "disconnected" });

  alice.tell("recording");
  const { recording } = await alice.expect({ event: "recording" });
  return recording;
}

async function connect(driver, token) {
  driver.tell("init", { appkey, navigators });
  await driver.expect({ event: "ready" });
  driver.tell("connect", { token });
  const { userId } = await driver.expect({ event: "connected" });
  await driver.expect({ event: "state", name: "CONNECTED" });
  return userId;
}

async function settle(driver, expected, deadline) {
  driver.tell("settle", { expected });
  await driver.expect({ event: "settled" }, deadline);
}

function versions() {
  return { engine: version("@rongcloud/engine"), imlib: version("@rongcloud/imlib-next") };
}

// Neither package exports its package.json, so it is read as a file.
function version(name) {
  const file = new URL(`./node_modules/${name}/package.json`, import.meta.url);
  return JSON.parse(readFileSync(file)).version;
}
