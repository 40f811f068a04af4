package console

import (
	"net/http"
	"time"

	"fairground/internal/account"
	"fairground/internal/listing"
	"fairground/internal/value"
	"fairground/internal/web"
)

// featureDays are offered under a listing.
var featureDays = []int{7, 30}

// feature gives a listing a marked place above the others for some days, or ends that.
func (v *visit) feature(w http.ResponseWriter) error {
	id, err := value.ParseID(listing.ShortID, v.r.PathValue("id"))
	if err != nil {
		return err
	}
	f, err := web.ReadForm(v.r)
	if err != nil {
		return err
	}
	days := f.Int("days", 0, int64(listing.LongestFeature/(24*time.Hour)))
	if err := f.Err(); err != nil {
		return err
	}
	var until time.Time
	done := "console.feature_ended"
	if days > 0 {
		until, done = v.now.Add(time.Duration(days)*24*time.Hour), "console.feature_begun"
	}
	if err := v.Listings.Feature(v.ctx, v.me.Actor(), id, until); err != nil {
		return err
	}
	return v.goOn(w, pathOf(id), v.t(done))
}

// mayFeature reports whether there is anything to press.
func (c *card) mayFeature() bool {
	return c.v.may(account.ListingsFeature) && (c.l.Status == listing.Live || !c.featured.IsZero())
}
