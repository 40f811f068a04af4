package web

import (
	"errors"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"syscall"
	"time"

	"fairground/internal/value"
)

const (
	longestURL         = 2000
	largestReplyHeader = 64 << 10 // bytes of a header that are read
	connectionTime     = 5 * time.Second
	outboundPerHost    = 4 // connections at once
)

// Outbound decides where the program may connect to when a stranger named the address, such as that of a webhook or of
// a browser's push service. The address is checked when the connection is made, after the name was resolved, so no
// name, and no answer of a name server, leads into the operator's own networks.
type Outbound struct {
	loopback bool
	client   *http.Client
}

// NewOutbound returns one whose requests end after a time. With loopback, for development and tests, this machine may
// be reached, and plain HTTP will do. A nil resolver is the machine's. Requests use no proxy and follow no redirect.
func NewOutbound(loopback bool, resolver *net.Resolver, timeout time.Duration) *Outbound {
	o := &Outbound{loopback: loopback}
	dialer := &net.Dialer{Timeout: connectionTime, Resolver: resolver, Control: o.control}
	o.client = &http.Client{
		Timeout:       timeout,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Transport: &http.Transport{
			Proxy: nil, DialContext: dialer.DialContext, TLSHandshakeTimeout: connectionTime, ForceAttemptHTTP2: true,
			DisableCompression: true, MaxResponseHeaderBytes: largestReplyHeader, MaxIdleConnsPerHost: 1, MaxConnsPerHost: outboundPerHost,
			IdleConnTimeout: 30 * time.Second,
		},
	}
	return o
}

// ErrNotPublic says that an address leads to where no stranger may send this program.
var ErrNotPublic = errors.New("this address is not on the public internet")

// Do makes a request. The caller checked its address by CheckURL and closes the answer's body. The error is
// ErrNotPublic, wrapped, when the name turned out to lead inside.
func (o *Outbound) Do(r *http.Request) (*http.Response, error) { return o.client.Do(r) }

// control runs for every address that is about to be dialled.
func (o *Outbound) control(network, address string, _ syscall.RawConn) error {
	to, err := netip.ParseAddrPort(address)
	if err != nil || !strings.HasPrefix(network, "tcp") {
		return ErrNotPublic
	}
	if o.mayReach(to.Addr()) {
		return nil
	}
	return ErrNotPublic
}

func (o *Outbound) mayReach(ip netip.Addr) bool {
	return isPublic(ip) || o.loopback && ip.Unmap().IsLoopback()
}

// special are the networks that no receiver on the public internet has, beside those netip knows: shared and reserved
// ones, those for documents and for tests, and those that carry an IPv4 address inside an IPv6 one and so could hide
// another.
var special = prefixes(
	"0.0.0.0/8", "100.64.0.0/10", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "240.0.0.0/4",
	"::/96", "64:ff9b::/96", "64:ff9b:1::/48", "100::/64", "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20", "5f00::/16", "fec0::/10",
)

func prefixes(texts ...string) []netip.Prefix {
	all := make([]netip.Prefix, len(texts))
	for i, text := range texts {
		all[i] = netip.MustParsePrefix(text)
	}
	return all
}

// isPublic reports whether an address is one that anybody on the internet could have.
func isPublic(ip netip.Addr) bool {
	ip = ip.Unmap()
	if !ip.IsValid() || ip.Zone() != "" || !ip.IsGlobalUnicast() || ip.IsPrivate() || ip.IsLoopback() || ip.IsLinkLocalUnicast() {
		return false
	}
	for _, network := range special {
		if network.Contains(ip) {
			return false
		}
	}
	return true
}

// CheckURL refuses what can never be sent to, so that its author hears of it at once: an error of kind Invalid for the
// field "url". Whether the name leads to a public address is checked again with each connection.
func (o *Outbound) CheckURL(text string) error {
	u, err := url.Parse(text)
	host := ""
	if err == nil {
		host = strings.TrimSuffix(u.Hostname(), ".")
	}
	switch {
	case err != nil || len(text) > longestURL || host == "" || u.Opaque != "" || strings.ContainsFunc(text, func(c rune) bool { return c <= ' ' || c == 0x7f || c == '\\' }):
		return value.Fieldf("url", "write a whole address that begins with https://")
	case u.Scheme != "https" && !(o.loopback && u.Scheme == "http"):
		return value.Fieldf("url", "the address must begin with https://")
	case u.User != nil || u.Fragment != "":
		return value.Fieldf("url", "the address must not have a name, a password or a fragment; messages are signed instead")
	case !allowedPort(u.Port()):
		return value.Fieldf("url", "choose the port 443, or one from 1024")
	}
	return o.checkHost(host)
}

// allowedPort keeps messages away from the ports of other services.
func allowedPort(port string) bool {
	n, err := strconv.Atoi(port)
	return port == "" || err == nil && (n == 80 || n == 443 || n >= 1024 && n <= 65535)
}

// checkHost knows the ways to write an address: with dots, with colons, and, for C libraries, as numbers of any base.
func (o *Outbound) checkHost(host string) error {
	if ip, err := netip.ParseAddr(host); err == nil {
		if o.mayReach(ip) {
			return nil
		}
		return value.Fieldf("url", "%s", ErrNotPublic)
	}
	last := host[strings.LastIndexByte(host, '.')+1:]
	numeric := strings.Trim(last, "0123456789") == "" || strings.HasPrefix(strings.ToLower(last), "0x")
	local := strings.EqualFold(host, "localhost") || strings.HasSuffix(strings.ToLower(host), ".localhost")
	if numeric || local && !o.loopback || !strings.Contains(host, ".") && !local || strings.ContainsAny(host, "%[]") {
		return value.Fieldf("url", "%s", ErrNotPublic)
	}
	return nil
}
