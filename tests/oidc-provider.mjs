// A real OpenID Connect provider for the tests of sign-in, on loopback: node oidc-provider.mjs PACKAGE ORIGIN PORT
// PACKAGE is the folder of the npm package oidc-provider, ORIGIN the server that users sign in to.
// Its issuer has the path of one of Entra ID, and who signs in as "ella" gets the claims of someone in too many groups there.
// It prints its issuer, and each token, code and verifier of a sign-in. Each start has a new key. Who signs in as "expired" or "audience" gets such a token.
import { generateKeyPairSync } from "node:crypto";
import { createServer } from "node:http";
import { pathToFileURL } from "node:url";

const [folder, origin, port] = process.argv.slice(2);
const { default: Provider } = await import(pathToFileURL(`${folder}/lib/index.js`).href);

const path = "/9f4f2c1e-77b0-4a53-9f0c-0b6f1c1f6a11/v2.0";
const tooManyGroups = {
  oid: "4c1d6a0e-3f1b-4e0a-8d0e-5b7a2f9c6d11",
  tid: "9f4f2c1e-77b0-4a53-9f0c-0b6f1c1f6a11",
  roles: ["readers"],
  _claim_names: { groups: "src1" },
  _claim_sources: { src1: { endpoint: "https://graph.microsoft.com/v1.0/me/getMemberObjects" } },
};

const server = createServer().listen(Number(port), "127.0.0.1", () => {
  const issuer = `http://127.0.0.1:${server.address().port}${path}`;
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const provider = new Provider(issuer, {
    clients: [{
      client_id: "posture",
      client_secret: "a secret of the tests",
      redirect_uris: [`${origin}/sign-in/callback`],
      post_logout_redirect_uris: [`${origin}/signed-out`],
    }],
    claims: { openid: ["sub", "groups", ...Object.keys(tooManyGroups)], profile: ["name"] },
    conformIdTokenClaims: false,
    cookies: { keys: ["a key of the tests"] },
    jwks: { keys: [privateKey.export({ format: "jwk" })] },
    pkce: { required: () => true },
    findAccount: (_, id) => ({
      accountId: id,
      claims: () => ({
        sub: id,
        name: `${id} of the tests`,
        ...(id === "ella" ? tooManyGroups : { groups: id === "gina" ? ["readers", "others"] : [] }),
      }),
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
  const answer = provider.callback();
  server.on("request", (request, response) => {
    request.originalUrl = request.url;
    request.url = request.url.slice(path.length);
    answer(request, response);
  });
  console.log(`issuer ${issuer}`);
});
