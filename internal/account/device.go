package account

import (
	"context"
	"strings"

	"fairground/internal/ui/text"
)

type named struct{ sign, name string }

// Browsers name others in their User-Agent for old times' sake, so the order decides.
var browsers = []named{
	{"Edg", "Edge"}, {"OPR/", "Opera"}, {"SamsungBrowser", "Samsung Internet"}, {"Firefox/", "Firefox"}, {"FxiOS", "Firefox"},
	{"CriOS", "Chrome"}, {"Chrome/", "Chrome"}, {"Safari/", "Safari"}, {"curl/", "curl"},
}

var systems = []named{
	{"iPhone", "iPhone"}, {"iPad", "iPad"}, {"Android", "Android"}, {"Windows", "Windows"}, {"Mac OS X", "Mac"}, {"CrOS", "ChromeOS"}, {"Linux", "Linux"},
}

// deviceName is as much of a User-Agent as its owner needs to know the device again, and no more; empty when it says
// nothing known.
func deviceName(userAgent string) string {
	browser, system := firstNamed(browsers, userAgent), firstNamed(systems, userAgent)
	switch {
	case browser != "" && system != "":
		return browser + ", " + system
	default:
		return browser + system
	}
}

func firstNamed(known []named, userAgent string) string {
	for _, k := range known {
		if strings.Contains(userAgent, k.sign) {
			return k.name
		}
	}
	return ""
}

// nameOf is what a device is called on its owner's page.
func nameOf(ctx context.Context, d Device) string {
	if d.Name == "" {
		return text.T(ctx, "account.unknown_device")
	}
	return d.Name
}

// wayName is how somebody signed in, in their language.
func wayName(ctx context.Context, by Way) string {
	switch by {
	case ByPassword:
		return text.T(ctx, "account.by_password")
	case ByLink:
		return text.T(ctx, "account.by_link")
	case ByPasskey:
		return text.T(ctx, "account.by_passkey")
	case ByOpenID:
		return text.T(ctx, "account.by_open_id")
	}
	return text.T(ctx, "account.by_unknown")
}
