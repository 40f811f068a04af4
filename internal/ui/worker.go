package ui

import (
	"io/fs"
	"net/http"
)

// Worker serves the service worker. Browsers find it again under one address, which never changes and stands above all
// pages it serves; they ask each time whether it is still the same.
func Worker() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		files, err := built()
		if err != nil || files.names["worker.js"] == "" {
			http.NotFound(w, r)
			return
		}
		name := files.names["worker.js"]
		header := w.Header()
		header.Set("Content-Type", contentTypes[".js"])
		header.Set("Cache-Control", "no-cache")
		header.Set("ETag", `"`+name+`"`)
		within, err := fs.Sub(dist, "dist")
		if err != nil {
			panic(err) // "dist" is a valid path
		}
		http.ServeFileFS(w, r, within, name)
	})
}
