// Package showcase shows every component of ui on pages like those of the market and the console, with made-up
// content. It is for looking: in development, in screenshots, and in the browser tests of ui. Nothing of the product
// imports it except the development server.
//
// Routes, below the prefix it is mounted on: home, search, listing, queue, records, board, calendar, record, import,
// inputs, controls, error; art/N.svg draws photos; peek/N, cell/N, palette, suggest, check, progress and move/N answer
// what those pages fetch in part.
// The parameter locale chooses the language: ?locale=de-CH.
package showcase
