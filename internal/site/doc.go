// Package site knows the marketplaces of an installation: which there are, under which hosts they answer, where each
// keeps its rows, how it is set up, and the secret its keys are made from.
//
// A Registry keeps the list in the provider's database. Each site has a database of its own (one file or one schema),
// named "site_" and its slug; no row of one site is ever in reach of another (promise 7). A site's database opens when
// it is first asked for and closes again when it has been idle longest and too many are open, so that an installation
// of hundreds of sites does not hold hundreds of files. Whoever gets a Site holds it open until the context it was
// asked for with ends; Use gives it back as soon as its function returns.
//
// Step puts the site of a request into its context, for web.Router.Before; handlers get it with From.
//
// Settings live in the site's own database, one row each, so they travel with its backup. Site.Settings is a snapshot
// that costs nothing to read; writes of this process show at once, those of another within ten seconds.
//
// The secret is a file of its own, keys/<slug>.key, never a row: whoever reads the database or a backup of it cannot
// forge what the key vouches for (clearances, seals, sign-in traces). A site without its file does not open.
//
// What may go wrong: an unknown host is NotFound; a suspended site is Unavailable by its hosts and opens by its slug
// only; two sites cannot share a host (Conflict); Drop asks for the slug as confirmation and cannot be undone.
//
// Tables: site and site_host in the provider's database (ProviderSchema), setting in each site's (Schema).
package site
