// A client in Node.js: node node.mjs v1|v2. It reads one order per line, and answers each with a line.
import { createInterface } from "node:readline";

import { Driver, memory } from "./driver.mjs";

const [version] = process.argv.slice(2);
const sdk = await import(`./${version}.mjs`);

// answer is a user whom the authorization server does not ask: the answer is in the redirect.
async function answer(address) {
  const response = await fetch(address, { redirect: "manual" });
  return new URL(response.headers.get("location")).searchParams;
}

let driver;
const orders = {
  async connect({ url, clientId, keepRefreshTokens }) {
    await driver?.close();
    driver = new Driver({ ...sdk, store: memory(), redirectUrl: "http://127.0.0.1:1/callback", answer }, url, clientId, keepRefreshTokens);
    await driver.connect();
  },
  call: ({ tool }) => driver.call(tool),
  close: () => driver?.close(),
};
for await (const line of createInterface({ input: process.stdin })) {
  const order = JSON.parse(line);
  let error = "";
  try {
    await orders[order.do](order);
  } catch (e) {
    error = `${e.name}: ${e.message}`;
  }
  console.log(JSON.stringify({ error }));
}
process.exit(0);
