// Names a packet of the WebSocket form: enough to label a recording, not to decode bodies.
// Source: protocol/cloud-wire.md 3.2 (header byte) and 3.3 (layouts).

const TYPES = {
  2: "CONNACK",
  3: "PUBLISH",
  4: "PUBACK",
  5: "QUERY",
  6: "QUERYACK",
  7: "QUERYCON",
  12: "PINGREQ",
  13: "PINGRESP",
  14: "DISCONNECT",
};

/** Width of the date the cloud puts before the topic of a PUBLISH. */
const DATE = 4;

/**
 * Type, and where the packet has them topic and message id, of one frame.
 * `direction` is "sent" (by the client) or "received". Bytes that end too early give only a type.
 */
export function describe(bytes, direction) {
  if (bytes.length === 0) return { type: "EMPTY" };

  const type = TYPES[bytes[0] >> 4] ?? "UNKNOWN";
  try {
    return { type, ...fields(type, bytes, direction) };
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return { type };
  }
}

function fields(type, bytes, direction) {
  switch (type) {
    case "PUBLISH":
      return addressed(bytes, direction === "received" ? 1 + DATE : 1);
    case "QUERY":
      return addressed(bytes, 1);
    case "PUBACK":
    case "QUERYACK":
    case "QUERYCON":
      return { id: bytes.readUInt16BE(1) };
    default:
      return {};
  }
}

function addressed(bytes, offset) {
  const topic = utf(bytes, offset);
  const target = utf(bytes, topic.end);
  return { topic: topic.text, id: bytes.readUInt16BE(target.end) };
}

function utf(bytes, offset) {
  const start = offset + 2;
  const end = start + bytes.readUInt16BE(offset);
  return { text: bytes.toString("utf8", start, end), end };
}
