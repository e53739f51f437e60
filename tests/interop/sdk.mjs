// The official web SDK as a process: commands come one JSON object a line on stdin, events go one a
// line to stdout. README.md lists both. Tokens come by stdin only and are never printed.

import readline from "node:readline";
import { Recorder } from "./recorder.mjs";
import { installBrowser } from "./shims/browser.mjs";

const recorder = new Recorder();

// The SDK logs to the console; stdout belongs to the events, and its log may quote a token.
const log = process.env.IMLINK_INTEROP_LOG
  ? (...parts) => process.stderr.write(recorder.redact(`${parts.join(" ")}\n`))
  : () => {};
for (const level of ["debug", "log", "info", "warn", "error"]) console[level] = log;

// A page survives an exception in the SDK, and so does this one; the test gets to know.
process.on("uncaughtException", fault);
process.on("unhandledRejection", fault);

installBrowser(recorder);
const sdk = await import("@rongcloud/imlib-next");

const commands = {
  init({ appkey, navigators }) {
    sdk.init({ appkey, navigators, logOutputLevel: sdk.LogL.ERROR });
    listen();
    emit({ event: "ready" });
  },

  async connect({ token }) {
    recorder.hide(token);
    const { code, data } = await sdk.connect(token);
    if (code === 0) emit({ event: "connected", userId: data.userId });
    else emit({ event: "connect-failed", code });
  },

  async send({ target, text, tag }) {
    const conversation = { conversationType: sdk.ConversationType.PRIVATE, targetId: target };
    const message = new sdk.TextMessage({ content: text });
    const { code, data } = await sdk.sendMessage(conversation, message);
    if (code === 0) emit({ event: "sent", uid: data.messageUId, time: data.sentTime, tag });
    else emit({ event: "send-failed", code, tag });
  },

  async disconnect() {
    await sdk.disconnect();
    emit({ event: "disconnected" });
  },

  drop() {
    recorder.drop();
  },

  step({ name }) {
    recorder.step(name);
  },

  async settle({ expected }) {
    await recorder.settled(expected);
    emit({ event: "settled" });
  },

  recording() {
    emit({ event: "recording", recording: recorder.recording() });
  },

  quit() {
    process.exit(0);
  },
};

// Commands are started in order and not waited for: a send may be under way while the next comes.
for await (const line of readline.createInterface({ input: process.stdin })) {
  if (line.trim() === "") continue;
  run(line);
}
// Whoever drives this process is gone.
process.exit(0);

async function run(line) {
  try {
    const { command, ...fields } = parse(line);
    if (!Object.hasOwn(commands, command)) throw new Error(`unknown command ${command}`);
    await commands[command](fields);
  } catch (error) {
    fault(error);
  }
}

function parse(line) {
  try {
    return JSON.parse(line);
  } catch {
    // The parser's own message quotes the line, which may hold a token.
    throw new Error("a line is not JSON");
  }
}

function listen() {
  const { Events } = sdk;
  for (const name of [Events.CONNECTING, Events.CONNECTED, Events.DISCONNECT, Events.SUSPEND]) {
    sdk.addEventListener(name, (code) => emit({ event: "state", name, code }));
  }
  sdk.addEventListener(Events.MESSAGES, ({ messages }) => messages.forEach(received));
}

function received(message) {
  emit({
    event: "message",
    from: message.senderUserId,
    text: message.messageType === "RC:TxtMsg" ? message.content.content : null,
    uid: message.messageUId,
    type: message.messageType,
    target: message.targetId,
    time: message.sentTime,
    own: message.messageDirection === sdk.MessageDirection.SEND,
    offline: message.isOffLineMessage,
  });
}

function fault(error) {
  emit({ event: "fault", message: recorder.redact(String(error?.message ?? error)) });
}

function emit(event) {
  process.stdout.write(`${JSON.stringify(event)}\n`);
}
