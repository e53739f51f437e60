// What a web SDK can be told, in Node and in a browser.

const STATES = ["CONNECTING", "CONNECTED", "SUSPEND", "DISCONNECT"];

/**
 * The commands that are the SDK's own. `sdk` is its module, `emit` takes the events; README.md lists
 * both.
 */
export function webCommands(sdk, emit) {
  return {
    init({ appkey, navigators }) {
      sdk.init({ appkey, navigators, logOutputLevel: sdk.LogL.ERROR });
      listen(sdk, emit);
      emit({ event: "ready" });
    },

    async connect({ token }) {
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

    async call({ method, args, tag }) {
      const { code, data } = await sdk[method](...args.map((arg) => built(sdk, arg)));
      emit({ event: "called", code, data, tag });
    },

    async disconnect() {
      await sdk.disconnect();
      emit({ event: "disconnected" });
    },
  };
}

/** An argument as the SDK wants it: `{ new: class, of: content }` stands for a message. */
function built(sdk, arg) {
  return typeof arg?.new === "string" ? new sdk[arg.new](arg.of) : arg;
}

function listen(sdk, emit) {
  const { SEND } = sdk.MessageDirection;
  for (const name of Object.values(sdk.Events)) {
    sdk.addEventListener(name, (value) => {
      if (STATES.includes(name)) emit({ event: "state", name, code: value });
      else if (name !== "MESSAGES") emit({ event: "told", name, value });
      else for (const message of value.messages) emit(received(message, SEND));
    });
  }
}

/** The event for a message; `sent` is the direction of one's own. */
export function received(message, sent) {
  return {
    event: "message",
    from: message.senderUserId,
    text: message.messageType === "RC:TxtMsg" ? message.content.content : null,
    uid: message.messageUId,
    type: message.messageType,
    content: message.content,
    kind: message.conversationType,
    target: message.targetId,
    time: message.sentTime,
    own: message.messageDirection === sent,
    offline: message.isOffLineMessage,
    mentioned: message.isMentioned,
    expansion: message.expansion,
  };
}
