// Command fairground runs a classifieds marketplace that its operator can answer for. Its commands are listed by
// fairground --help, and explained in docs/operations.md.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "fairground:", explain(err))
		os.Exit(1)
	}
}
