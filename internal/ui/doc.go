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
// # Lists and pages of records
//
// The parts of a console for records of any kind work by links and forms; scripts and htmx only shorten the way:
//
//	@ui.ViewTabs{…}
//	@ui.Peek{}.View() {                   // the list, and a panel for one record of it
//		@ui.Chips{…}.View() {               // filters, "+ Filter", and what follows
//			@ui.FilterText{…}
//		}
//		@ui.Grid{…}                         // or Board, or Calendar
//	}
//
// What a page fetches in part, and what answers it:
//
//	Row.PeekURL, BoardCard.PeekURL   GET   PeekCard
//	Cell.EditURL                     GET   CellEditor around an input that is Bare and has Focus
//	CellEditor.Action                POST  Grid.Row; with status 422 the CellEditor with what to mend
//	BulkBar.Action                   POST  id=… of each row, or all=yes with what was kept; a whole page, with a Toast
//	BoardCard.MoveURL                POST  to=column, before=id; any status below 400 takes the move
//	Palette.URL                      GET   q=words; PaletteResults
//	LinkPicker.URL                   GET   q=words; Suggestions
//	ExpressionInput.CheckURL         POST  the form around it; ExpressionCheck
//	Progress.URL                     GET   the next Progress
//
// Sorting, paging and stepping through months fetch the page of their link and take the Grid or Calendar out of it; so
// does Board.Refresh after a move. A Partial brings a Toast along with any of these answers.
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
// A Map brings its own bundle (map.js and map.css, about 9 kB), so only pages with a map load it; its land and names
// come from package place, below LandURL. The parts of its script: map.ts is the element, map_camera.ts what is seen,
// map_hands.ts dragging and keys, map_ground.ts land and names on the canvas, map_pieces.ts fetching them, map_tiles.ts a
// site's own tiles, map_spots.ts the buttons, map_card.ts the card of one listing, map_scale.ts the bar.
//
// Routes: Static is mounted on /static/.
package ui
