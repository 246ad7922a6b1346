// Command verify compares session-token verification of this SDK with the raw signature check of the standard library
// and with other libraries, in one process.
//
//	go run . [-rounds 15] [-sample 40ms] [-only NAME]
//
// Each sample of a subject lies between two samples of the raw check, subjects take turns in random order, and what is
// compared is the CPU time of the process: the ratios hold on a busy machine too.
package main

import (
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"
)

func main() {
	rounds := flag.Int("rounds", 15, "samples of each subject")
	sample := flag.Duration("sample", 40*time.Millisecond, "length of a sample")
	only := flag.String("only", "", "measure only the subjects whose name begins with this")
	flag.Parse()
	fx, err := newFixture()
	if err != nil {
		fmt.Fprintln(os.Stderr, "verify:", err)
		os.Exit(1)
	}
	subjects, err := fx.subjects()
	if err != nil {
		fmt.Fprintln(os.Stderr, "verify:", err)
		os.Exit(1)
	}
	subjects = slices.DeleteFunc(subjects, func(s subject) bool { return !s.signatureOnly && !strings.HasPrefix(s.name, *only) })
	for _, s := range subjects {
		if err := fx.conforms(s); err != nil {
			fmt.Fprintf(os.Stderr, "verify: %s: %v\n", s.name, err)
			os.Exit(1)
		}
	}
	fmt.Printf("session token of %d bytes, RS256, 2048 bits; ratio of CPU time to crypto/rsa, median of %d rounds\n\n", len(fx.token), *rounds)
	measure(subjects, *rounds, *sample).print(os.Stdout)
}
