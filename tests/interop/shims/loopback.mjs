// Where the SDK may go: this machine only.
//
// The SDK calls on its vendor's servers unasked (cloud control, log upload). A test must neither
// reach them nor depend on them.

/** Whether `url` names this machine. False for anything that does not parse. */
export function isLoopback(url) {
  if (!URL.canParse(url)) return false;
  const { hostname } = new URL(url);
  return hostname === "127.0.0.1" || hostname === "localhost" || hostname === "[::1]";
}
