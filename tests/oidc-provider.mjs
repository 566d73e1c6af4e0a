// A real OpenID Connect provider for the tests of sign-in, on loopback: node oidc-provider.mjs PACKAGE ORIGIN PORT
// PACKAGE is the folder of the npm package oidc-provider, ORIGIN the server that users sign in to.
// It prints its issuer, and each token, code and verifier of a sign-in. Each start has a new key. Who signs in as "expired" or "audience" gets such a token.
import { generateKeyPairSync } from "node:crypto";
import { createServer } from "node:http";
import { pathToFileURL } from "node:url";

const [folder, origin, port] = process.argv.slice(2);
const { default: Provider } = await import(pathToFileURL(`${folder}/lib/index.js`).href);

const server = createServer().listen(Number(port), "127.0.0.1", () => {
  const issuer = `http://127.0.0.1:${server.address().port}`;
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const provider = new Provider(issuer, {
    clients: [{
      client_id: "posture",
      client_secret: "a secret of the tests",
      redirect_uris: [`${origin}/sign-in/callback`],
      post_logout_redirect_uris: [`${origin}/signed-out`],
    }],
    claims: { openid: ["sub", "groups"], profile: ["name"] },
    conformIdTokenClaims: false,
    cookies: { keys: ["a key of the tests"] },
    jwks: { keys: [privateKey.export({ format: "jwk" })] },
    pkce: { required: () => true },
    findAccount: (_, id) => ({
      accountId: id,
      claims: () => ({ sub: id, name: `${id} of the tests`, groups: id === "gina" ? ["readers", "others"] : [] }),
    }),
    // Consent is given beforehand.
    loadExistingGrant: async (ctx) => {
      const grant = new provider.Grant({ clientId: ctx.oidc.client.clientId, accountId: ctx.oidc.session.accountId });
      grant.addOIDCScope("openid profile");
      await grant.save();
      return grant;
    },
  });
  const { issue } = provider.IdToken.prototype;
  provider.IdToken.prototype.issue = async function (options) {
    const { sub } = await this.payload();
    const wrong = sub === "audience" ? { clientId: { value: "another" } } : {};
    this.client = Object.create(this.client, wrong);
    const expiresAt = sub === "expired" ? Math.floor(Date.now() / 1000) - 60 : undefined;
    return issue.call(this, { ...options, ...(expiresAt && { expiresAt }) });
  };
  provider.on("grant.success", (ctx) => {
    const { code, code_verifier } = ctx.oidc.params;
    for (const value of [ctx.body.access_token, ctx.body.id_token, code, code_verifier]) console.log(`issued ${value}`);
  });
  server.on("request", provider.callback());
  console.log(`issuer ${issuer}`);
});
