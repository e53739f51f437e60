// XMLHttpRequest over node:http and node:https, as far as the SDK uses it.
//
// Any host but this one is a network error: status 0, then `onerror`, as a browser without a
// network reports it. There is no CORS preflight and no redirect is followed.

import http from "node:http";
import https from "node:https";
import { isLoopback } from "./loopback.mjs";

/** The class to install as `XMLHttpRequest`; what is asked goes to `recorder`. */
export function xmlHttpRequest(recorder) {
  return class XMLHttpRequest {
    static UNSENT = 0;
    static OPENED = 1;
    static HEADERS_RECEIVED = 2;
    static LOADING = 3;
    static DONE = 4;

    readyState = XMLHttpRequest.UNSENT;
    status = 0;
    response = "";
    responseText = "";
    upload = {};
    onreadystatechange = null;
    onprogress = null;
    onload = null;
    onerror = null;
    onloadend = null;

    #method;
    #url;
    #headers = {};
    #request = null;
    #answer = null;

    open(method, url) {
      this.#method = method;
      this.#url = url;
      this.#enter(XMLHttpRequest.OPENED);
    }

    setRequestHeader(name, value) {
      this.#headers[name] = value;
    }

    getResponseHeader(name) {
      return this.#answer?.headers[name.toLowerCase()] ?? null;
    }

    send(body) {
      if (!isLoopback(this.#url)) {
        recorder.refused(this.#method, this.#url);
        // A browser never reports a failure from within `send`.
        queueMicrotask(() => this.#fail());
        return;
      }

      recorder.requested(this.#method, this.#url, this.#headers, body);
      const { request } = this.#url.startsWith("https:") ? https : http;
      this.#request = request(this.#url, {
        method: this.#method,
        headers: this.#headers,
        // A connection kept from an earlier request may be closed by the server under this one.
        agent: false,
      });
      this.#request.on("response", (answer) => this.#receive(answer));
      this.#request.on("error", () => this.#fail());
      this.#request.end(body);
    }

    abort() {
      const request = this.#request;
      this.#request = null;
      this.readyState = XMLHttpRequest.UNSENT;
      request?.destroy();
    }

    #receive(answer) {
      if (!this.#request) return;

      this.#answer = answer;
      this.status = answer.statusCode;
      answer.setEncoding("utf8");
      answer.on("data", (text) => {
        this.response += text;
        this.responseText = this.response;
        this.onprogress?.();
      });
      answer.on("error", () => this.#fail());
      answer.on("end", () => this.#finish("onload"));
      this.#enter(XMLHttpRequest.HEADERS_RECEIVED);
    }

    #fail() {
      // What arrives after an abort belongs to nobody.
      if (this.readyState === XMLHttpRequest.UNSENT) return;

      this.status = 0;
      this.#finish("onerror");
    }

    #finish(handler) {
      if (this.readyState === XMLHttpRequest.UNSENT) return;

      this.#enter(XMLHttpRequest.DONE);
      this[handler]?.();
      this.onloadend?.();
    }

    #enter(state) {
      this.readyState = state;
      this.onreadystatechange?.();
    }
  };
}
