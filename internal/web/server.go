package web

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"

	"golang.org/x/net/netutil"
)

// Server says how to listen. The zero value of a time is its default.
type Server struct {
	Address     string         // host:port; port 0 takes a free one
	Certificate string         // PEM file of the certificate chain; empty serves plain HTTP
	Key         string         // PEM file of its key
	Bound       func(net.Addr) // told the address when the server listens; may be nil
	Log         *slog.Logger   // nil is slog.Default
	Connections int            // open at once, more wait; 0 is 10,000
	Header      time.Duration  // to read a request's header; 5 s
	Read        time.Duration  // to read a request, unless its route has longer; 30 s
	Write       time.Duration  // from the header's end to the last byte of the answer, unless its route has longer; 60 s
	Idle        time.Duration  // between two requests of a connection; 120 s
	Stop        time.Duration  // for requests under way when the server stops; 20 s
}

const (
	largestHeader   = 64 << 10
	mostConnections = 10_000
)

// Serve answers requests until ctx ends. Then it stops listening, tells streams to end (see Stopping), waits for
// requests under way, and returns nil when all were answered in time. It returns an error when it cannot listen.
func Serve(ctx context.Context, c Server, handler http.Handler) error {
	c = c.withDefaults()
	listener, err := net.Listen("tcp", c.Address)
	if err != nil {
		return fmt.Errorf("web.Serve(%s): %w", c.Address, err)
	}
	listener = netutil.LimitListener(listener, c.Connections)
	stopping := make(chan struct{})
	server := &http.Server{
		Handler: handler, ReadHeaderTimeout: c.Header, ReadTimeout: c.Read, WriteTimeout: c.Write, IdleTimeout: c.Idle,
		MaxHeaderBytes: largestHeader,
		ErrorLog:       slog.NewLogLogger(c.Log.Handler(), slog.LevelDebug),
		BaseContext: func(net.Listener) context.Context {
			return context.WithValue(context.WithoutCancel(ctx), stoppingKey{}, (<-chan struct{})(stopping))
		},
	}
	if c.Certificate != "" {
		if server.TLSConfig, err = tlsConfig(c.Certificate, c.Key); err != nil {
			return errors.Join(fmt.Errorf("web.Serve(%s): %w", c.Address, err), listener.Close())
		}
	}
	if c.Bound != nil {
		c.Bound(listener.Addr())
	}
	failed := make(chan error, 1)
	go func() { failed <- listen(server, listener) }()
	select {
	case err := <-failed:
		return fmt.Errorf("web.Serve(%s): %w", c.Address, err)
	case <-ctx.Done():
		close(stopping)
		return stop(ctx, server, c.Stop)
	}
}

// Stopping is closed when the server of a request stops. Streams end then; others just finish. It is nil, which never
// is closed, for a request that did not come through Serve.
func Stopping(ctx context.Context) <-chan struct{} {
	stopping, _ := ctx.Value(stoppingKey{}).(<-chan struct{})
	return stopping
}

type stoppingKey struct{}

func (c Server) withDefaults() Server {
	if c.Log == nil {
		c.Log = slog.Default()
	}
	if c.Connections == 0 {
		c.Connections = mostConnections
	}
	for _, d := range []struct {
		into *time.Duration
		is   time.Duration
	}{{&c.Header, 5 * time.Second}, {&c.Read, 30 * time.Second}, {&c.Write, time.Minute}, {&c.Idle, 2 * time.Minute}, {&c.Stop, 20 * time.Second}} {
		if *d.into == 0 {
			*d.into = d.is
		}
	}
	return c
}

func listen(server *http.Server, listener net.Listener) error {
	if server.TLSConfig != nil {
		return server.ServeTLS(listener, "", "")
	}
	return server.Serve(listener)
}

// stop closes the listener at once, waits for requests, and cuts those that take too long.
func stop(ctx context.Context, server *http.Server, patience time.Duration) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), patience)
	defer cancel()
	if err := server.Shutdown(ctx); err != nil {
		return errors.Join(fmt.Errorf("web.Serve: some requests did not end in %s: %w", patience, err), server.Close())
	}
	return nil
}

func tlsConfig(certificate, key string) (*tls.Config, error) {
	pair := &keyPair{certificate: certificate, key: key}
	if _, err := pair.get(nil); err != nil {
		return nil, err
	}
	return &tls.Config{MinVersion: tls.VersionTLS12, GetCertificate: pair.get}, nil
}
