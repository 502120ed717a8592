// Command deployfiles reads the files that Presage is deployed with as Docker Compose and kubectl do, and
// writes what they come to:
//
//	deployfiles compose <compose.yaml>    the services, as JSON
//	deployfiles kustomize <folder>        the manifests, as YAML
//
// It ends with 1 if they cannot be read.
package main

import (
	"context"
	"fmt"
	"os"

	"github.com/compose-spec/compose-go/v2/cli"
	"sigs.k8s.io/kustomize/api/krusty"
	"sigs.k8s.io/kustomize/kyaml/filesys"
)

func main() {
	if len(os.Args) != 3 {
		fail(fmt.Errorf("expected compose or kustomize, and a path"))
	}
	read := map[string]func(string) ([]byte, error){"compose": compose, "kustomize": kustomize}[os.Args[1]]
	if read == nil {
		fail(fmt.Errorf("expected compose or kustomize, got %q", os.Args[1]))
	}
	content, err := read(os.Args[2])
	if err != nil {
		fail(err)
	}
	os.Stdout.Write(content)
}

func compose(path string) ([]byte, error) {
	options, err := cli.NewProjectOptions([]string{path}, cli.WithResolvedPaths(true), cli.WithConsistency(true))
	if err != nil {
		return nil, err
	}
	project, err := options.LoadProject(context.Background())
	if err != nil {
		return nil, err
	}
	return project.MarshalJSON()
}

func kustomize(folder string) ([]byte, error) {
	resources, err := krusty.MakeKustomizer(krusty.MakeDefaultOptions()).Run(filesys.MakeFsOnDisk(), folder)
	if err != nil {
		return nil, err
	}
	return resources.AsYaml()
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}
