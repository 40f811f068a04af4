// Pages that update in part fetch htmx; public.ts does so for what is there at first, this for what asks for it later.
export {};
