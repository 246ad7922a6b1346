// The TypeScript SDK as a client that signs in, in Node.js or in a page. What differs between its versions and between the two
// places is in the environment: the classes, a store, and how a user answers the authorization page.

// provider keeps what the SDK wants to be kept.
function provider({ store, redirectUrl, redirect, keepRefreshTokens }) {
  const read = (name) => JSON.parse(store.getItem(name) ?? "null") ?? undefined;
  const write = (name, value) => (value === undefined ? store.removeItem(name) : store.setItem(name, JSON.stringify(value)));
  return {
    redirectUrl,
    clientMetadata: {
      client_name: "TypeScript",
      redirect_uris: [redirectUrl],
      token_endpoint_auth_method: "none",
      grant_types: ["authorization_code", "refresh_token"],
      response_types: ["code"],
    },
    state() {
      write("state", crypto.randomUUID());
      return read("state");
    },
    clientInformation: () => read("client"),
    saveClientInformation: (client) => write("client", client),
    tokens: () => read("tokens"),
    saveTokens({ refresh_token, ...tokens }) {
      write("tokens", keepRefreshTokens && refresh_token ? { ...tokens, refresh_token } : tokens);
    },
    redirectToAuthorization: (url) => redirect(url, read("state")),
    saveCodeVerifier: (verifier) => write("verifier", verifier),
    codeVerifier: () => read("verifier"),
    discoveryState: () => read("discovery"),
    saveDiscoveryState: (state) => write("discovery", state),
    invalidateCredentials(scope) {
      const names = { client: ["client"], tokens: ["tokens"], verifier: ["verifier"], discovery: ["discovery"], all: ["client", "tokens", "verifier", "discovery"] };
      for (const name of names[scope]) write(name, undefined);
    },
  };
}

export class Driver {
  // The environment has Client, Transport and UnauthorizedError of the SDK, finish(transport, params), store, redirectUrl,
  // and answer(url), which resolves to the parameters that the authorization server sends back. A client without an id registers
  // itself.
  constructor(env, url, clientId, keepRefreshTokens) {
    if (clientId) env.store.setItem("client", JSON.stringify({ client_id: clientId }));
    this.env = env;
    this.url = new URL(url);
    this.provider = provider({
      ...env,
      keepRefreshTokens,
      redirect: async (address, state) => {
        this.params = await env.answer(address);
        if (this.params.get("state") !== state) throw new Error("the state of the answer is another one");
      },
    });
  }

  // connect begins a session, and signs in until the server is content.
  async connect() {
    for (let attempts = 0; attempts < 3; attempts++) {
      this.transport = new this.env.Transport(this.url, { authProvider: this.provider });
      this.client = new this.env.Client({ name: "typescript", version: "1.0.0" });
      try {
        await this.client.connect(this.transport);
        return;
      } catch (error) {
        await this.signIn(error);
      }
    }
    throw new Error("signing in does not help");
  }

  // call calls a tool, and signs in once more when the server asks for it.
  async call(tool) {
    let result;
    try {
      result = await this.client.callTool({ name: tool, arguments: {} });
    } catch (error) {
      await this.signIn(error);
      result = await this.client.callTool({ name: tool, arguments: {} });
    }
    if (result.isError) throw new Error(result.content[0]?.text ?? "the tool failed");
  }

  // signIn finishes the sign-in that an error is about. Other errors are thrown.
  async signIn(error) {
    if (!(error instanceof this.env.UnauthorizedError) || !this.params) throw error;
    const params = this.params;
    this.params = undefined;
    await this.env.finish(this.transport, params);
  }

  async close() {
    await this.client?.close();
  }
}

// memory is a store that is forgotten.
export function memory() {
  const items = new Map();
  return { getItem: (name) => items.get(name) ?? null, setItem: (name, value) => void items.set(name, value), removeItem: (name) => void items.delete(name) };
}
