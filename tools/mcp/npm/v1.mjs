// Version 1 of the TypeScript SDK.
export { Client } from "@modelcontextprotocol/sdk/client/index.js";
export { StreamableHTTPClientTransport as Transport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
export { UnauthorizedError } from "@modelcontextprotocol/sdk/client/auth.js";

export const finish = (transport, params) => transport.finishAuth(params.get("code"));
