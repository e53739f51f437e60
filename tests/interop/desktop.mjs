// The vendor's desktop SDK as a process. README.md lists its commands and events.

import { createRequire } from "node:module";
import path from "node:path";
import { emit, quiet, serve } from "./lines.mjs";
import { Secrets } from "./secrets.mjs";
import { installElectron, Window } from "./shims/electron.mjs";
import { installFence } from "./shims/fence.mjs";
import { received } from "./web.mjs";

const PRIVATE = 1;
const SENT_BY_US = 1;
const STATES = {
  onConnecting: "CONNECTING",
  onConnected: "CONNECTED",
  onSuspend: "SUSPEND",
  onDisconnected: "DISCONNECT",
};

const secrets = new Secrets();
quiet((text) => secrets.redact(text));
installFence();
installElectron();
const require = createRequire(import.meta.url);
const start = require("@rongcloud/electron");
completeSend();

let sdk;
let window;

const commands = {
  init({ appkey, navigators, directory }) {
    // Level 1 is errors only.
    sdk = start({ appkey, dbpath: directory, logOutputLevel: 1, disableLogReport: true });
    window = new Window({ navigators }, told);
    emit({ event: "ready" });
  },

  async connect({ token, yields = false }) {
    secrets.hide(token);
    const { code, data } = await window.call("connect", token, yields, false, "");
    if (code === 0) emit({ event: "connected", userId: data });
    else emit({ event: "connect-failed", code });
  },

  async send({ target, text, tag }) {
    const conversation = { conversationType: PRIVATE, targetId: target };
    const message = { messageType: "RC:TxtMsg", content: { content: text } };
    const stored = window.callback(() => {});
    const { code, data } = await window.call("sendMessage", conversation, message, "", stored);
    if (code === 0) emit({ event: "sent", uid: data.messageUId, time: data.sentTime, tag });
    else emit({ event: "send-failed", code, tag });
  },

  async disconnect() {
    await window.call("disconnect");
    emit({ event: "disconnected" });
  },
};

// Its threads crash a process that exits around them.
await serve(commands, () => sdk?.destroy());

/**
 * The JavaScript of 5.46.1 calls the addon's `sendMessage` with one argument fewer than the addon
 * takes, so that no message can be sent. It is taken for the last, the state of a quoted message, as
 * in the addon's `insertMessage`; 0 works where nothing is quoted.
 */
function completeSend() {
  const directory = path.dirname(require.resolve("@rongcloud/electron"));
  const addon = require(path.join(directory, `binding/electron-linux-${process.arch}.node`));
  const { sendMessage } = addon;
  addon.sendMessage = (...values) => sendMessage(...values, 0);
}

function told(name, ...values) {
  if (Object.hasOwn(STATES, name)) emit({ event: "state", name: STATES[name], code: code(values) });
  if (name !== "batchMessage") return;
  for (const message of values[0]) emit(received(message, SENT_BY_US));
}

function code([value]) {
  return typeof value === "number" ? value : undefined;
}
