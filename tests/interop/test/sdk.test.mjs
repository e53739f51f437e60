import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import http from "node:http";
import test from "node:test";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { Driver } from "../driver.mjs";

const PROCESS = fileURLToPath(new URL("../sdk.mjs", import.meta.url));
const TOKEN_GIVEN = "a-token-nobody-may-see";

test("a navigation answer 403 is 31004, and no output holds the token", async (context) => {
  const navigation = http.createServer((_, response) => response.writeHead(403).end());
  navigation.listen(0, "127.0.0.1");
  await once(navigation, "listening");
  context.after(() => navigation.close());
  const navigators = [`http://127.0.0.1:${navigation.address().port}`];
  const env = { ...process.env, IMLINK_INTEROP_LOG: "1" };
  const sdk = spawn(process.execPath, [PROCESS], { env });
  const logged = text(sdk.stderr);
  let output = "";
  sdk.stdout.setEncoding("utf8");
  sdk.stdout.on("data", (part) => {
    output += part;
    if (!sdk.stdin.writableEnded && output.includes("connect-failed")) {
      // Its end, without a quit, has to end the process.
      sdk.stdin.end(`${JSON.stringify({ command: "recording" })}\n`);
    }
  });

  sdk.stdin.write(`${JSON.stringify({ command: "init", appkey: "key", navigators })}\n`);
  sdk.stdin.write(`${JSON.stringify({ command: "connect", token: TOKEN_GIVEN })}\n`);
  const [code] = await once(sdk, "close");

  assert.equal(code, 0);
  const events = output.trimEnd().split("\n").map(JSON.parse);
  const failure = events.find(({ event }) => event === "connect-failed");
  assert.deepEqual(failure, { event: "connect-failed", code: 31004 });
  const { recording } = events.find(({ event }) => event === "recording");
  assert.equal(recording.requests[0].body, "token=TOKEN&v=5.38.0&platfrom=browser");
  assert.equal((output + (await logged)).includes(TOKEN_GIVEN), false);
});

test("lines that are no command are faults, told without quoting them", async () => {
  const sdk = spawn(process.execPath, [PROCESS]);
  const output = text(sdk.stdout);

  sdk.stdin.end(`${TOKEN_GIVEN}\n{"command":"dance","token":"${TOKEN_GIVEN}"}\n`);
  const [code] = await once(sdk, "close");

  assert.equal(code, 0);
  const events = (await output).trimEnd().split("\n").map(JSON.parse);
  assert.deepEqual(events, [
    { event: "fault", message: "a line is not JSON" },
    { event: "fault", message: "unknown command dance" },
  ]);
});

test("a driver waiting for an event learns of the end of its process", async () => {
  const driver = new Driver();
  const waiting = driver.expect({ event: "connected" });

  driver.tell("quit");

  await assert.rejects(waiting, /has ended/);
});
