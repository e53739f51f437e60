// The official web SDK as a process. README.md lists its commands and events.

import { emit, quiet, serve } from "./lines.mjs";
import { Recorder } from "./recorder.mjs";
import { installBrowser } from "./shims/browser.mjs";

const recorder = new Recorder();

quiet((text) => recorder.redact(text));
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
};

await serve(commands);

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
