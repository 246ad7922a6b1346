// Version 2 of the TypeScript SDK.
export { Client, StreamableHTTPClientTransport as Transport, UnauthorizedError } from "@modelcontextprotocol/client";

export const finish = (transport, params) => transport.finishAuth(params);
