package push

import (
	"bytes"
	"context"
	"crypto/ecdh"
	"errors"
	"fmt"
	"math/big"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"fairground/internal/push/pushtest"
	"fairground/internal/value"
	"fairground/internal/web"
)

func privateKey(t *testing.T, text string) *ecdh.PrivateKey {
	t.Helper()
	key, err := ecdh.P256().NewPrivateKey(decode(text))
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// The example of RFC 8291, Appendix A.
func TestEncryptionOfTheStandard(t *testing.T) {
	t.Parallel()
	ours := privateKey(t, "yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw")
	theirs := privateKey(t, "q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94")
	s := Subscription{
		Key:  decode("BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"),
		Auth: decode("BTBZMqHH6r4Tts7J_aSIgg"),
	}
	const plain = "When I grow up, I want to be a watermelon"
	body, err := seal(s, ours, decode("DGv6ra1nlYgDCS1FRnbzlw"), []byte(plain+"\x02"))
	if err != nil {
		t.Fatal(err)
	}
	const want = "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_" +
		"yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
	if got := encode(body); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if got, err := pushtest.Open(theirs, s.Auth, body); err != nil || got != plain {
		t.Errorf("the browser reads %q, %v", got, err)
	}
}

func TestLengthsSayLittle(t *testing.T) {
	t.Parallel()
	for length, want := range map[int]int{0: 512, 1: 512, 511: 512, 512: 1024, 3000: 3072, MostPayload - 1: MostPayload + 1, MostPayload: MostPayload + 1} {
		got := padded(bytes.Repeat([]byte{'x'}, length))
		if len(got) != want || got[length] != 2 {
			t.Errorf("%d bytes become %d, want %d", length, len(got), want)
		}
	}
	if headLength+MostPayload+1+tagLength != recordSize {
		t.Error("the largest message is not one record")
	}
}

func keys(t testing.TB, secret byte) Keys {
	t.Helper()
	k, err := KeysFrom(bytes.Repeat([]byte{secret}, 32))
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func TestKeysFollowFromTheSecret(t *testing.T) {
	t.Parallel()
	one, again, two := keys(t, 1), keys(t, 1), keys(t, 2)
	if one.Public() != again.Public() || one.Public() == two.Public() || len(decode(one.Public())) != pointLength {
		t.Errorf("%s, %s, %s", one.Public(), again.Public(), two.Public())
	}
	private, _ := one.private.Bytes()
	for _, format := range []string{"%v", "%s", "%+v"} {
		if said := fmt.Sprintf(format, one); strings.Contains(said, fmt.Sprint(new(big.Int).SetBytes(private))) || strings.Contains(said, encode(private)) || !strings.Contains(said, one.Public()) {
			t.Errorf("%s says %q", format, said)
		}
	}
	if _, err := KeysFrom([]byte("short")); err == nil {
		t.Error("a short secret makes keys")
	}
}

func newSender() *Sender {
	return NewSender(value.SystemClock{}, web.NewOutbound(true, nil, time.Second))
}

func subscriptionOf(t testing.TB, b *pushtest.Browser) Subscription {
	t.Helper()
	s, err := ParseSubscription(b.Endpoint, b.P256dh, b.Auth)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestABrowserReadsWhatIsSent(t *testing.T) {
	t.Parallel()
	service := pushtest.New(t)
	one, two := service.Subscribe(), service.Subscribe()
	k := keys(t, 1)
	for _, payload := range []string{"", `{"title":"Ein Velo für Mina"}`, strings.Repeat("x", MostPayload), "ends with zero\x00 and mark\x02."} {
		m := Message{Payload: []byte(payload), TTL: 90 * time.Second, Urgency: High, Topic: "saved-1"}
		if err := newSender().Send(t.Context(), k, "mailto:desk@example.org", subscriptionOf(t, one), m); err != nil {
			t.Fatal(err)
		}
		got := one.Take()
		if len(got) != 1 || got[0].Payload != payload || got[0].Key != k.Public() || got[0].Contact != "mailto:desk@example.org" {
			t.Fatalf("%d bytes: got %.300v", len(payload), got)
		}
		if h := got[0].Header; h.Get("TTL") != "90" || h.Get("Urgency") != "high" || h.Get("Topic") != "saved-1" {
			t.Errorf("the header is %v", h)
		}
	}
	if got := two.Take(); len(got) != 0 {
		t.Errorf("the other browser got %v", got)
	}
}

func TestWhatAnswersMean(t *testing.T) {
	t.Parallel()
	service := pushtest.New(t)
	to := subscriptionOf(t, service.Subscribe())
	for status, want := range map[int]value.Kind{
		200: "", 201: "", 202: "", 429: value.Unavailable, 500: value.Unavailable, 503: value.Unavailable, 408: value.Unavailable,
		400: value.Forbidden, 401: value.Forbidden, 403: value.Forbidden, 413: value.Forbidden, 301: value.Forbidden, 307: value.Forbidden,
	} {
		service.Answer(status)
		if err := newSender().Send(t.Context(), keys(t, 1), "mailto:a@example.org", to, Message{}); value.KindOf(err) != want {
			t.Errorf("%d means %v", status, err)
		}
	}
	for _, status := range []int{404, 410} {
		service.Answer(status)
		if err := newSender().Send(t.Context(), keys(t, 1), "mailto:a@example.org", to, Message{}); !errors.Is(err, ErrGone) {
			t.Errorf("%d means %v", status, err)
		}
	}
	service.Close()
	err := newSender().Send(t.Context(), keys(t, 1), "mailto:a@example.org", to, Message{})
	if value.KindOf(err) != value.Unavailable || strings.Contains(fmt.Sprint(err, errors.Unwrap(err)), "/send/") {
		t.Errorf("a service that is away: %v", err)
	}
}

func TestAServiceThatNeverEnds(t *testing.T) {
	t.Parallel()
	stop := make(chan struct{})
	slow := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/chatty" {
			w.WriteHeader(http.StatusBadRequest)
			for range 1000 {
				if _, err := w.Write(bytes.Repeat([]byte("x"), 1<<16)); err != nil {
					return
				}
			}
			return
		}
		<-stop
	}))
	t.Cleanup(func() { close(stop); slow.Close() })
	b := pushtest.New(t).Subscribe()
	for path, want := range map[string]value.Kind{"/silent": value.Unavailable, "/chatty": value.Forbidden} {
		b.Endpoint = slow.URL + path
		sender := NewSender(value.SystemClock{}, web.NewOutbound(true, nil, 300*time.Millisecond))
		began := time.Now()
		err := sender.Send(t.Context(), keys(t, 1), "mailto:a@example.org", subscriptionOf(t, b), Message{})
		if value.KindOf(err) != want || time.Since(began) > 5*time.Second || len(fmt.Sprint(err)) > 500 {
			t.Errorf("%s: %.200v after %v", path, err, time.Since(began))
		}
	}
}

func TestNothingLeadsInside(t *testing.T) {
	t.Parallel()
	service := pushtest.New(t)
	strict := NewSender(value.SystemClock{}, web.NewOutbound(false, nil, time.Second))
	b := service.Subscribe()
	for _, endpoint := range []string{
		b.Endpoint, "https://127.0.0.1/x", "https://10.0.0.7/x", "https://169.254.169.254/latest", "https://[::1]/x", "https://localhost/x", "https://intranet/x",
		"http://push.example.org/x", "https://push.example.org:22/x", "https://somebody@push.example.org/x", "file:///etc/passwd", "javascript:alert(1)",
	} {
		b.Endpoint = endpoint
		to := subscriptionOf(t, b)
		if err := strict.Check(to); value.KindOf(err) != value.Invalid {
			t.Errorf("%s passes: %v", endpoint, err)
		}
		if err := strict.Send(context.Background(), keys(t, 1), "mailto:a@example.org", to, Message{}); err == nil {
			t.Errorf("%s was sent to", endpoint)
		}
	}
	if service.Requests() != 0 {
		t.Errorf("%d requests arrived", service.Requests())
	}
}

func TestSubscriptionsThatAreNone(t *testing.T) {
	t.Parallel()
	b := pushtest.New(t).Subscribe()
	offCurve := encode(append([]byte{4}, bytes.Repeat([]byte{1}, 64)...))
	for field, bad := range map[string][][3]string{
		"endpoint": {{"", b.P256dh, b.Auth}, {"https://push.example.org/" + strings.Repeat("x", 1000), b.P256dh, b.Auth}},
		"p256dh":   {{b.Endpoint, "", b.Auth}, {b.Endpoint, "!!", b.Auth}, {b.Endpoint, offCurve, b.Auth}, {b.Endpoint, b.P256dh[:40], b.Auth}, {b.Endpoint, strings.Repeat("A", 1<<20), b.Auth}},
		"auth":     {{b.Endpoint, b.P256dh, ""}, {b.Endpoint, b.P256dh, b.Auth + "AAAA"}, {b.Endpoint, b.P256dh, "é"}},
	} {
		for _, c := range bad {
			var refused *value.Error
			if _, err := ParseSubscription(c[0], c[1], c[2]); !errors.As(err, &refused) || refused.Field != field {
				t.Errorf("%.80v: %v", c, err)
			}
		}
	}
	if _, err := ParseSubscription(b.Endpoint, b.P256dh+"=", b.Auth+"=="); err != nil {
		t.Errorf("padding is refused: %v", err)
	}
}

func TestMessagesThatAreNone(t *testing.T) {
	t.Parallel()
	service := pushtest.New(t)
	to := subscriptionOf(t, service.Subscribe())
	for name, m := range map[string]Message{
		"giant": {Payload: make([]byte, MostPayload+1)}, "topic": {Topic: "a\r\nX-Other: 1"}, "long topic": {Topic: strings.Repeat("a", 33)},
	} {
		if err := newSender().Send(t.Context(), keys(t, 1), "mailto:a@example.org", to, m); err == nil {
			t.Errorf("%s was sent", name)
		}
	}
	if err := newSender().Send(t.Context(), Keys{}, "mailto:a@example.org", to, Message{}); err == nil {
		t.Error("sent without keys")
	}
	if service.Requests() != 0 {
		t.Errorf("%d requests arrived", service.Requests())
	}
}
