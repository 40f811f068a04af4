package site

import "net/url"

// TilesOrigin is scheme and host of the site's own map tiles, for the policy of pages with a map; "" when it has none.
func (s Settings) TilesOrigin() string {
	u, err := url.Parse(tileAt(s.Tiles))
	if err != nil || s.Tiles == "" || !knownTiles(s.Tiles) {
		return ""
	}
	return u.Scheme + "://" + u.Host
}
