package main

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/url"
	"os"
	"runtime/debug"
	"strings"
	"time"

	"fairground/internal/app"
	"fairground/internal/job"
	"fairground/internal/media"
	"fairground/internal/place"
	"fairground/internal/ui"
	"fairground/internal/value"
	"fairground/internal/web"
)

type serveCommand struct {
	Address     string `help:"Where to listen." default:"127.0.0.1:8080" env:"FAIRGROUND_ADDRESS" placeholder:"HOST:PORT"`
	Certificate string `help:"PEM file of the TLS certificate chain." env:"FAIRGROUND_CERTIFICATE" placeholder:"FILE"`
	Key         string `help:"PEM file of its key." env:"FAIRGROUND_KEY" placeholder:"FILE"`
}

// While there is room, memory is traded for time: the live heap is small, and pages are made of many short-lived pieces.
const (
	gcPercent = 300
	softLimit = 256 << 20 // bytes; near it, memory is worth more than time
)

// Run serves until the program is asked to stop; then it finishes the requests and jobs under way.
func (c serveCommand) Run(e *environment) error {
	if err := ui.Check(); err != nil {
		return err
	}
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(gcPercent)
	}
	if err := place.Check(); err != nil {
		return err
	}
	return e.withApp(func(a *app.App) error {
		sites, err := a.Registry.List(e.ctx)
		if err != nil {
			return err
		}
		receiver, err := a.Receiver()
		if err != nil {
			return err
		}
		group := job.NewGroup(e.ctx)
		if receiver != nil {
			if err := receiver.Listen(); err != nil {
				return err
			}
			group.Go("mail in", func(ctx context.Context) {
				if err := receiver.Serve(ctx); err != nil {
					slog.Error("taking mail in", "error", err)
				}
			})
		}
		if os.Getenv("GOMEMLIMIT") == "" {
			group.Go("memory", func(ctx context.Context) { limitMemory(ctx, a) })
		}
		group.Go("attend", func(ctx context.Context) { a.Attend(ctx, group) })
		err = web.Serve(e.ctx, web.Server{
			Address: c.Address, Certificate: c.Certificate, Key: c.Key,
			Bound: func(address net.Addr) { c.announce(e, address, len(sites)) },
		}, a.Handler())
		stopping, cancel := context.WithTimeout(context.Background(), 20*time.Second)
		defer cancel()
		if stopErr := group.Stop(stopping); stopErr != nil {
			slog.Warn("background work did not stop in time", "error", stopErr)
		}
		return err
	})
}

// limitMemory sets the soft limit of memory, which grows with the search indexes: they stay, and garbage comes on top.
func limitMemory(ctx context.Context, a *app.App) {
	for ; ; time.Sleep(time.Second) {
		debug.SetMemoryLimit(softLimit + 2*a.IndexBytes())
		if ctx.Err() != nil {
			return
		}
	}
}

func (c serveCommand) announce(e *environment, address net.Addr, sites int) {
	scheme := "http"
	if c.Certificate != "" {
		scheme = "https"
	}
	where := strings.NewReplacer("127.0.0.1", "localhost", "[::]", "localhost", "0.0.0.0", "localhost").Replace(address.String())
	e.printf("Serving %d site(s) at %s://%s\n", sites, scheme, where)
	if sites == 0 {
		e.printf("There is no site yet: run \"fairground demo\" or \"fairground site create\".\n")
	}
}

// parseS3 reads s3://key:secret@host/bucket?region=…&plain=1&path=1. Errors never hold the secret.
func parseS3(address string) (media.S3Settings, error) {
	if address == "" {
		return media.S3Settings{}, nil
	}
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "s3" || u.Host == "" || strings.Trim(u.Path, "/") == "" {
		return media.S3Settings{}, value.Fieldf("s3", "write s3://key:secret@host/bucket?region=name")
	}
	secret, _ := u.User.Password()
	bucket, prefix, _ := strings.Cut(strings.Trim(u.Path, "/"), "/")
	if prefix != "" {
		prefix += "/"
	}
	scheme := "https"
	if u.Query().Get("plain") != "" {
		scheme = "http"
	}
	return media.S3Settings{
		Endpoint: fmt.Sprintf("%s://%s", scheme, u.Host), Region: u.Query().Get("region"), Bucket: bucket, Prefix: prefix,
		AccessKey: u.User.Username(), SecretKey: secret, PathStyle: u.Query().Get("path") != "",
	}, nil
}
