// Signing in by passkey and making one. The server says what it wants in JSON, with bytes as base64url.

type Described = { type: PublicKeyCredentialType; id: string; transports?: AuthenticatorTransport[] };
type Offer = {
  challenge: string;
  rpId?: string;
  timeout?: number;
  userVerification?: UserVerificationRequirement;
  rp: PublicKeyCredentialRpEntity;
  user: { id: string; name: string; displayName: string };
  pubKeyCredParams: PublicKeyCredentialParameters[];
  excludeCredentials?: Described[];
  authenticatorSelection?: AuthenticatorSelectionCriteria;
};
type Reply = { to?: string; problem?: string };

function bytes(text: string): Uint8Array<ArrayBuffer> {
  const plain = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
  return Uint8Array.from(plain, (c) => c.charCodeAt(0));
}

function text(buffer: ArrayBuffer | null): string | undefined {
  if (!buffer) return undefined;
  const plain = String.fromCharCode(...new Uint8Array(buffer));
  return btoa(plain).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
}

/** A refusal in words for the person. */
class Refused extends Error {}

async function send<T extends Reply | Offer>(path: string, body: unknown): Promise<T> {
  const answer = await fetch(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });
  const said = (await answer.json()) as T & Reply;
  if (!answer.ok) {
    if (said.to) location.assign(said.to);
    throw new Refused(said.problem ?? "");
  }
  return said;
}

function written(credential: PublicKeyCredential): unknown {
  const { response } = credential;
  const shared = { id: credential.id, rawId: text(credential.rawId), type: credential.type, clientExtensionResults: credential.getClientExtensionResults() };
  if (response instanceof AuthenticatorAttestationResponse) {
    const { clientDataJSON, attestationObject } = response;
    return { ...shared, response: { clientDataJSON: text(clientDataJSON), attestationObject: text(attestationObject), transports: response.getTransports?.() ?? [] } };
  }
  const { clientDataJSON, authenticatorData, signature, userHandle } = response as AuthenticatorAssertionResponse;
  const answer = { clientDataJSON: text(clientDataJSON), authenticatorData: text(authenticatorData), signature: text(signature), userHandle: text(userHandle) };
  return { ...shared, response: answer };
}

async function use(place: HTMLElement, quietly: boolean, signal: AbortSignal): Promise<string | undefined> {
  const begun = send<Offer>("/sign-in/passkey/start", {});
  const offer = await (quietly ? begun.catch(() => undefined) : begun); // what was not asked for fails in silence
  if (!offer) return undefined;
  const publicKey: PublicKeyCredentialRequestOptions = {
    challenge: bytes(offer.challenge),
    rpId: offer.rpId,
    timeout: offer.timeout,
    userVerification: offer.userVerification,
  };
  const credential = await navigator.credentials.get({ publicKey, signal, ...(quietly ? { mediation: "conditional" as const } : {}) });
  if (!credential) return undefined;
  return (await send<Reply>("/sign-in/passkey", { credential: written(credential as PublicKeyCredential), next: place.dataset.next ?? "" })).to;
}

async function make(place: HTMLElement): Promise<string | undefined> {
  const offer = await send<Offer>("/account/passkeys/start", {});
  const publicKey: PublicKeyCredentialCreationOptions = {
    challenge: bytes(offer.challenge),
    rp: offer.rp,
    user: { ...offer.user, id: bytes(offer.user.id) },
    pubKeyCredParams: offer.pubKeyCredParams,
    excludeCredentials: offer.excludeCredentials?.map((c) => ({ type: c.type, id: bytes(c.id), transports: c.transports })),
    authenticatorSelection: offer.authenticatorSelection,
    timeout: offer.timeout,
    attestation: "none",
  };
  const credential = await navigator.credentials.create({ publicKey });
  if (!credential) return undefined;
  return (await send<Reply>("/account/passkeys", { credential: written(credential as PublicKeyCredential), next: place.dataset.next ?? "" })).to;
}

let waiting = new AbortController();
let quiet: Promise<void> = Promise.resolve();

function complain(place: HTMLElement, error: unknown): void {
  const name = (error as Error).name;
  const shown = place.querySelector<HTMLElement>("[role=alert]");
  // Closing the browser's own window is a choice, not a failure.
  if (!shown || name === "NotAllowedError" || name === "AbortError") return;
  shown.textContent = (error instanceof Refused && error.message) || place.dataset.failed || "";
}

async function press(place: HTMLElement, button: HTMLButtonElement): Promise<void> {
  button.disabled = true;
  waiting.abort();
  await quiet; // the browser takes one question at a time
  waiting = new AbortController();
  try {
    const to = place.dataset.passkey === "make" ? await make(place) : await use(place, false, waiting.signal);
    if (to) location.assign(to);
  } catch (error) {
    complain(place, error);
  } finally {
    button.disabled = false;
  }
}

/** Lets the browser offer passkeys among what it fills into the field of the address. */
async function offerQuietly(place: HTMLElement): Promise<void> {
  const { signal } = waiting;
  try {
    if (!(await PublicKeyCredential.isConditionalMediationAvailable?.())) return;
    const to = await use(place, true, signal);
    if (to) location.assign(to);
  } catch (error) {
    if (error instanceof Refused) complain(place, error);
  }
}

for (const place of document.querySelectorAll<HTMLElement>("[data-passkey]")) {
  const button = place.querySelector("button");
  button?.addEventListener("click", () => void press(place, button));
  place.hidden = false;
  if (place.dataset.passkey === "use") quiet = offerQuietly(place);
}

export {};
