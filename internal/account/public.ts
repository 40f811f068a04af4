// Few pages offer passkeys: what they need is fetched only there.
if (document.querySelector("[data-passkey]") && "PublicKeyCredential" in window) void import("./passkey.ts");

// A form with a secret that works once is sent once, however often its button is pressed.
document.addEventListener("submit", (event) => {
  const form = event.target as HTMLFormElement;
  if (form.dataset.once === "sent") event.preventDefault();
  else if (form.dataset.once !== undefined && !event.defaultPrevented) form.dataset.once = "sent";
});
addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll<HTMLFormElement>("form[data-once]")) form.dataset.once = "";
});

export {};
