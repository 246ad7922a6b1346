package clerktest

import (
	"fmt"
	"os"
	"path/filepath"
	"time"
)

// keptClock is a position of a Clock as the data folder keeps it.
type keptClock struct {
	Frozen bool      `json:"frozen"`
	At     time.Time `json:"at"`
	Offset int64     `json:"offset_ns"`
}

func (c *Clock) keep() keptClock {
	s := c.setting.Load()
	if s == nil {
		return keptClock{}
	}
	return keptClock{Frozen: s.frozen, At: s.at, Offset: int64(s.offset)}
}

// bringBack puts the clock where it was kept. Observers are not told.
func (c *Clock) bringBack(kept keptClock) {
	if kept != (keptClock{}) {
		c.setting.Store(&clockSetting{frozen: kept.Frozen, at: kept.At, offset: time.Duration(kept.Offset)})
	}
}

// keepSettings writes what changed beside the records, if the instance is kept in a folder. A failure is reported and
// changes nothing else: the setting is in force until the emulator ends.
func (in *Instance) keepSettings(edit func(*keptSettings)) {
	if in.data == nil {
		return
	}
	if err := in.data.keep(edit); err != nil {
		in.emulator.log.Error("clerktest: a setting cannot be kept", "instance", in.name, "error", err)
	}
}

func (in *Instance) keepFaults() {
	in.keepSettings(func(s *keptSettings) { s.Faults = listFaults(in) })
}

// settle brings back the settings of the data folder, and keeps the clock's later ones.
func (in *Instance) settle(s *settings) error {
	var kept keptSettings
	if in.data != nil {
		kept = in.data.settings
		in.webhooks.save = func(list []webhookSettings) error {
			return in.data.keep(func(s *keptSettings) { s.Webhooks = list })
		}
	}
	in.clock.bringBack(kept.Clock)
	in.production.Store(kept.Production)
	if kept.RateLimited {
		in.limiter.turn(true)
	}
	for _, f := range kept.Faults {
		one := f.fault()
		if err := in.checkFault(&one); err != nil {
			return errData(fmt.Errorf("fault: %w", err))
		}
		in.faults.add(&one)
	}
	if in.data != nil {
		in.clock.OnChange(func() { in.keepSettings(func(s *keptSettings) { s.Clock = in.clock.keep() }) })
	}
	return in.configureWebhooks(kept.Webhooks, s.webhooks, s.hookSecret)
}

// openFolder opens the folder that keeps an instance, nil when nothing is kept, and returns the secret key in it.
func (e *Emulator) openFolder(name string) (d *dataFolder, secret string, err error) {
	if e.dataDir == "" {
		return nil, "", nil
	}
	if d, err = openData(e.instanceDir(name)); err != nil {
		return nil, "", err
	}
	header, err := d.header()
	if err != nil {
		_ = d.close()
		return nil, "", err
	}
	return d, header.Instance.Secret, nil
}

// instanceDir is the folder of an instance: the first one has the data folder itself.
func (e *Emulator) instanceDir(name string) string {
	if name == firstInstance {
		return e.dataDir
	}
	return filepath.Join(e.dataDir, instancesFolder, name)
}

// addKept makes the further instances that the data folder holds.
func (e *Emulator) addKept() error {
	if e.first.data == nil {
		return nil
	}
	names, err := e.first.data.keptInstances()
	if err != nil {
		return errData(err)
	}
	for _, name := range names {
		if _, err := e.AddInstance(name, ""); err != nil {
			return err
		}
	}
	return nil
}

// forget removes the folder of an instance that is gone.
func (e *Emulator) forget(in *Instance) {
	if in.data == nil {
		return
	}
	_ = in.data.close()
	if err := os.RemoveAll(e.instanceDir(in.name)); err != nil {
		e.log.Error("clerktest: the folder of a removed instance stays", "instance", in.name, "error", err)
	}
}
