// Few pages offer passkeys: what they need is fetched only there.
if (document.querySelector("[data-passkey]") && "PublicKeyCredential" in window) void import("./passkey.ts");

export {};
