package app

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"fairground/internal/account"
	"fairground/internal/value"
)

func TestTheReadersLanguageIsChosen(t *testing.T) {
	t.Parallel()
	both := []value.Locale{"en", "de-CH"}
	for _, test := range []struct {
		name                    string
		spoken                  []value.Locale
		cookie, account, accept string
		want                    value.Locale
	}{
		{"nothing said", both, "", "", "", "en"},
		{"the site's first language counts", []value.Locale{"de-CH", "en"}, "", "", "", "de-CH"},
		{"a site without languages", nil, "de", "de", "de", "en"},
		{"the browser asks", both, "", "", "de-AT,de;q=0.9,en;q=0.1", "de-CH"},
		{"the browser asks for what is not spoken", both, "", "", "ja", "en"},
		{"the browser prefers what is not spoken", both, "", "", "ja,de;q=0.5", "de-CH"},
		{"a header that is none", both, "", "", ";;q=x,\x00", "en"},
		{"a header that is endless", both, "", "", longHeader(), "en"},
		{"the account's", both, "", "de-CH", "en", "de-CH"},
		{"the account's is not spoken here", both, "", "fr", "de", "de-CH"},
		{"the choice on the page", both, "en", "de-CH", "de", "en"},
		{"a cookie with an unknown language", both, "xx", "", "de", "de-CH"},
		{"a cookie that is an attack", both, "../../etc", "", "", "en"},
	} {
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		if test.cookie != "" {
			r.AddCookie(&http.Cookie{Name: languageCookie, Value: test.cookie})
		}
		if test.accept != "" {
			r.Header.Set("Accept-Language", test.accept)
		}
		r = r.WithContext(account.With(r.Context(), account.Session{Locale: value.Locale(test.account)}))
		if got := chooseLocale(r, test.spoken); got != test.want {
			t.Errorf("%s: %s, want %s", test.name, got, test.want)
		}
	}
}

func longHeader() string {
	header := "x"
	for range 5000 {
		header += ",x-y-z;q=0.1"
	}
	return header
}
