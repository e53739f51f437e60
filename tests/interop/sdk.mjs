// The web SDK as a process. README.md lists its commands and events.

import { emit, quiet, serve } from "./lines.mjs";
import { Recorder } from "./recorder.mjs";
import { installBrowser } from "./shims/browser.mjs";
import { webCommands } from "./web.mjs";

const recorder = new Recorder();

quiet((text) => recorder.redact(text));
installBrowser(recorder);
const web = webCommands(await import("@rongcloud/imlib-next"), emit);

await serve({
  ...web,

  connect({ token }) {
    recorder.hide(token);
    return web.connect({ token });
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
});
