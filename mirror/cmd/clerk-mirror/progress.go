package main

import (
	"io"
	"os"

	"github.com/mattn/go-isatty"
	"github.com/schollz/progressbar/v3"

	clerkwebhook "github.com/clerkgo/clerk-go/core/webhook"
	clerkmirror "github.com/clerkgo/clerk-go/mirror"
)

// progressBar returns functions that show how far a backfill is, and that end the line. They do nothing where w is not a
// terminal.
func progressBar(w io.Writer) (show func(clerkmirror.Progress), end func()) {
	file, ok := w.(*os.File)
	if !ok || !isatty.IsTerminal(file.Fd()) {
		return func(clerkmirror.Progress) {}, func() {}
	}
	return drawProgress(w)
}

// drawProgress draws one bar for each kind of object.
func drawProgress(w io.Writer) (show func(clerkmirror.Progress), end func()) {
	var bar *progressbar.ProgressBar
	var kind clerkwebhook.Kind
	end = func() {
		if bar != nil {
			_ = bar.Exit()
			_, _ = io.WriteString(w, "\n")
		}
		bar = nil
	}
	return func(at clerkmirror.Progress) {
		if bar == nil || at.Kind != kind {
			end()
			kind = at.Kind
			bar = progressbar.NewOptions64(at.Total, progressbar.OptionSetWriter(w), progressbar.OptionShowCount(),
				progressbar.OptionShowIts(), progressbar.OptionSetItsString("rows"), progressbar.OptionSetPredictTime(true),
				progressbar.OptionSetDescription(string(kind)), progressbar.OptionUseANSICodes(true))
		}
		bar.ChangeMax64(at.Total)
		_ = bar.Set64(at.Done)
	}, end
}
