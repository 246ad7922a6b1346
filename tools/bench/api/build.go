package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"time"
)

// compareBuilds builds the one-call programs, each from an empty build cache, and then once more with the standard library in the
// cache, which is what a user waits for.
func compareBuilds() error {
	fmt.Println("a program with one call; CPU time of the build, size of the binary")
	for _, name := range []string{"onestd", "onepeer", "onecore"} {
		folder, err := os.MkdirTemp("", "bench")
		if err != nil {
			return err
		}
		err = buildCold(folder, name)
		_ = os.RemoveAll(folder)
		if err != nil {
			return err
		}
	}
	return nil
}

func buildCold(folder, name string) error {
	cache := filepath.Join(folder, "cache")
	binary := filepath.Join(folder, name)
	_, std, err := goBuild(cache, filepath.Join(folder, "onestd"), "onestd")
	if err != nil {
		return err
	}
	wall, cpu, err := goBuild(cache, binary, name)
	if err != nil {
		return err
	}
	info, err := os.Stat(binary)
	if err != nil {
		return err
	}
	if name == "onestd" {
		cpu = std
	} else {
		std += cpu
	}
	fmt.Printf("  %-8s cold %5.1f s, with a warm standard library %5.1f s (%.1f s of the clock), %5.2f MB\n",
		name, std.Seconds(), cpu.Seconds(), wall.Seconds(), float64(info.Size())/1e6)
	return nil
}

// goBuild builds one of the programs with a cache of its own and returns the time and CPU time it took.
func goBuild(cache, binary, name string) (wall, cpu time.Duration, err error) {
	cmd := exec.CommandContext(context.Background(), "go", "build", "-o", binary, "./"+name)
	cmd.Env = append(os.Environ(), "GOCACHE="+cache, "GOWORK=off")
	cmd.Stderr = os.Stderr
	started := time.Now()
	err = cmd.Run()
	if cmd.ProcessState != nil {
		cpu = cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
	}
	return time.Since(started), cpu, err
}
