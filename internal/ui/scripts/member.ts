// The pages of people signed in load this after public.ts, which fetches htmx where a page asks for it. What they need
// beside it lies with each feature, as member.ts in its folder.
export {};
