// Package text puts words on screen: message catalogues in several languages, and numbers, dates, distances and money
// as the Unicode CLDR writes them in a locale.
//
// A feature keeps messages.en.json, messages.de.json and so on in its folder and embeds them; app hands all of them to
// New. A message is a text with named gaps, or one text for each plural form its language has:
//
//	{
//	  "listing.title":  "Listing {number}",
//	  "results.count":  {"one": "{count} listing", "other": "{count} listings"}
//	}
//
// Keys begin with the feature's name. The argument named count chooses the plural form. Numbers, money and times given
// as arguments are written as the locale writes them. Messages are plain text; templ escapes them.
//
// A request carries a *Printer (locale, time zone, currency) in its context; T and every component of ui read it
// there. A message missing in de-CH is looked for in de and then in en; missing there too, its key is shown.
// Check finds keys that are missing, unused, undefined, or lack a plural form; CI runs it over the whole tree.
package text
