// Package ui is the design system: page shells, components, icons, photos, styles and the few scripts of the browser.
//
// A component is a struct; placing it in a templ file renders it. One that takes children needs its View named, because
// templ cannot tell a struct's brace from a child's:
//
//	@ui.PublicPage{Title: title, Site: site.Name}.View() {
//		@ui.Button{Text: save, Icon: "bell", Href: "/searches/new"}
//	}
//
// Components take plain values and know nothing of features. They write no inline style and no inline script, so pages
// work under a Content-Security-Policy of 'self' (see CSP). Image is the only way to show a photo: it accepts only
// addresses of this site. Pages work without JavaScript; menus and sheets are popovers of the browser itself.
//
// Words come from message catalogues (package text) through the printer in the context; T writes one.
//
// Styles and scripts lie in styles/ and scripts/, and those of a feature in its folder as public.css, console.css,
// public.ts or console.ts, which the build picks up by name; its rules land in the layer features. `npm run build` (which `make` runs) bundles them into dist/
// with hashed names, compressed variants and a manifest; dist/ is embedded and never committed. Check says so clearly
// when it is missing. Static serves it.
//
// There are two bundles: the public market (awning, cards, big photos; at most 30 kB compressed for a page) and the
// console (dense, keyboard first; at most 120 kB). Package showcase shows every component on pages like the real ones.
//
// Routes: Static is mounted on /static/.
package ui
