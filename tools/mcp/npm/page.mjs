// A client in a page of another origin than the server. The user answers in a window of its own.
import { Driver, memory } from "./driver.mjs";
import * as sdk from "./v2.mjs";

const answers = new BroadcastChannel("answers");

function answer(address) {
  return new Promise((resolve) => {
    answers.onmessage = ({ data }) => resolve(new URLSearchParams(data));
    open(address, "_blank", "popup");
  });
}

let driver;
window.orders = {
  async connect({ url, clientId, keepRefreshTokens }) {
    await driver?.close();
    driver = new Driver({ ...sdk, store: memory(), redirectUrl: `${location.origin}/callback`, answer }, url, clientId, keepRefreshTokens);
    await driver.connect();
  },
  call: ({ tool }) => driver.call(tool),
  close: () => driver?.close(),
};
