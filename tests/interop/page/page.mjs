// The web SDK in a page: commands and events go over a WebSocket to the process that served it.

import * as sdk from "@rongcloud/imlib-next";
import { webCommands } from "/web.mjs";

const lines = new WebSocket(`ws://${location.host}/`);
const emit = (event) => lines.send(JSON.stringify(event));
const fault = (error) => emit({ event: "fault", message: String(error?.message ?? error) });
const commands = webCommands(sdk, emit);

addEventListener("error", ({ error, message }) => fault(error ?? message));
addEventListener("unhandledrejection", ({ reason }) => fault(reason));
lines.addEventListener("message", async ({ data }) => {
  const { command, ...fields } = JSON.parse(data);
  if (Object.hasOwn(commands, command)) await commands[command](fields);
  else fault(`unknown command ${command}`);
});
