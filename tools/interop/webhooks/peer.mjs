// Signs and verifies webhooks with the npm packages, one JSON request per line of the input, one answer per line.
import { createInterface } from "node:readline";
import { Webhook as Svix } from "svix";
import { Webhook as Standard } from "standardwebhooks";

const libraries = { svix: Svix, standardwebhooks: Standard };

function answer({ op, library, signing, id, seconds, body, headers }) {
  const webhook = new libraries[library](signing);
  const text = Buffer.from(body, "base64").toString("utf8");
  if (op === "sign") {
    return { ok: true, signature: webhook.sign(id, new Date(seconds * 1000), text) };
  }
  webhook.verify(text, headers);
  return { ok: true };
}

for await (const line of createInterface({ input: process.stdin })) {
  let reply;
  try {
    reply = answer(JSON.parse(line));
  } catch (error) {
    reply = { ok: false, error: String(error.message ?? error) };
  }
  process.stdout.write(JSON.stringify(reply) + "\n");
}
