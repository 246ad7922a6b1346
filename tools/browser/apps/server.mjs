// A server with one of Clerk's packages: node server.mjs express|fastify|hono. The keys and CLERK_API_URL come from the
// environment, as from .env files; PAGE is what it shows. It prints its port.
const page = process.env.PAGE;

// me is what the server knows of the person.
const me = ({ userId, orgId }) => [userId ? 200 : 401, { user: userId ?? "", organization: orgId ?? "" }];

const servers = {
  async express() {
    const { default: express } = await import("express");
    const { clerkMiddleware, getAuth } = await import("@clerk/express");
    const app = express();
    app.use(clerkMiddleware());
    app.get("/api/me", (request, response) => {
      const [status, body] = me(getAuth(request));
      response.status(status).json(body);
    });
    app.use((_, response) => response.type("html").send(page));
    const server = app.listen(0, "127.0.0.1", () => console.log(server.address().port));
  },
  async fastify() {
    const { default: fastify } = await import("fastify");
    const { clerkPlugin, getAuth } = await import("@clerk/fastify");
    const app = fastify();
    app.register(clerkPlugin, { apiUrl: process.env.CLERK_API_URL }); // the plugin does not read the variable
    app.get("/api/me", (request, reply) => {
      const [status, body] = me(getAuth(request));
      reply.code(status).send(body);
    });
    app.get("/*", (_, reply) => reply.type("text/html").send(page));
    await app.listen({ port: 0, host: "127.0.0.1" });
    console.log(app.server.address().port);
  },
  async hono() {
    const { Hono } = await import("hono");
    const { serve } = await import("@hono/node-server");
    const { clerkMiddleware, getAuth } = await import("@clerk/hono");
    const app = new Hono();
    app.use("*", clerkMiddleware());
    app.get("/api/me", (c) => {
      const [status, body] = me(getAuth(c));
      return c.json(body, status);
    });
    app.get("*", (c) => c.html(page));
    serve({ fetch: app.fetch, port: 0, hostname: "127.0.0.1" }, (at) => console.log(at.port));
  },
};

await servers[process.argv[2]]();
