// What a web SDK can be told, in Node and in a browser.

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

    async disconnect() {
      await sdk.disconnect();
      emit({ event: "disconnected" });
    },
  };
}

function listen(sdk, emit) {
  const { Events } = sdk;
  for (const name of [Events.CONNECTING, Events.CONNECTED, Events.DISCONNECT, Events.SUSPEND]) {
    sdk.addEventListener(name, (code) => emit({ event: "state", name, code }));
  }
  const { SEND } = sdk.MessageDirection;
  sdk.addEventListener(Events.MESSAGES, ({ messages }) => {
    for (const message of messages) emit(received(message, SEND));
  });
}

/** The event for a message; `sent` is the direction of one's own. */
export function received(message, sent) {
  return {
    event: "message",
    from: message.senderUserId,
    text: message.messageType === "RC:TxtMsg" ? message.content.content : null,
    uid: message.messageUId,
    type: message.messageType,
    target: message.targetId,
    time: message.sentTime,
    own: message.messageDirection === sent,
    offline: message.isOffLineMessage,
  };
}
