// The certified provider oidc-provider (npm), for one client: node oidc_provider.mjs FOLDER PORT REDIRECT SECRET
const [folder, port, redirect, secret] = process.argv.slice(2);
const { default: Provider } = await import(`${folder}/node_modules/oidc-provider/lib/index.js`);

const provider = new Provider(`http://127.0.0.1:${port}`, {
  clients: [{ client_id: 'kalla', client_secret: secret, redirect_uris: [redirect] }],
  claims: { openid: ['sub'], profile: ['preferred_username', 'groups'], email: ['email'] },
  findAccount: (_, id) => ({
    accountId: id,
    claims: () => ({ sub: id, preferred_username: id, groups: ['kalla-editors'], email: `${id}@example.org` }),
  }),
  pkce: { required: () => true },
});
provider.listen(Number(port), '127.0.0.1');
