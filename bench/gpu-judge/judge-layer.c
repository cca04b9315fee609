// A Vulkan layer that asks the driver what it made of each compute pipeline (VK_KHR_pipeline_executable_properties) and writes
// the answer to the file $JUDGE_OUT, with the texts whose name has $JUDGE_TEXT in it. It keeps every command from the driver,
// which would crash without hardware: nothing is recorded or submitted, every wait returns at once.
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <vulkan/vulkan.h>
#include <vulkan/vk_layer.h>

static PFN_vkGetInstanceProcAddr next_instance_proc;
static PFN_vkGetDeviceProcAddr next_device_proc;
static VkInstance the_instance;
static FILE *out;

static FILE *output(void) {
  if (!out) {
    const char *name = getenv("JUDGE_OUT");
    out = name ? fopen(name, "a") : stderr;
  }
  return out;
}

static VkResult VKAPI_CALL succeed(void) { return VK_SUCCESS; }
static void VKAPI_CALL nothing(void) {}

static VkResult VKAPI_CALL CreateInstance(const VkInstanceCreateInfo *info, const VkAllocationCallbacks *alloc, VkInstance *instance) {
  VkLayerInstanceCreateInfo *link = (VkLayerInstanceCreateInfo *)info->pNext;
  while (link && !(link->sType == VK_STRUCTURE_TYPE_LOADER_INSTANCE_CREATE_INFO && link->function == VK_LAYER_LINK_INFO))
    link = (VkLayerInstanceCreateInfo *)link->pNext;
  if (!link) return VK_ERROR_INITIALIZATION_FAILED;
  next_instance_proc = link->u.pLayerInfo->pfnNextGetInstanceProcAddr;
  link->u.pLayerInfo = link->u.pLayerInfo->pNext;
  PFN_vkCreateInstance create = (PFN_vkCreateInstance)next_instance_proc(NULL, "vkCreateInstance");
  VkResult result = create(info, alloc, instance);
  the_instance = *instance;
  return result;
}

static VkResult VKAPI_CALL CreateDevice(VkPhysicalDevice gpu, const VkDeviceCreateInfo *info, const VkAllocationCallbacks *alloc, VkDevice *device) {
  VkLayerDeviceCreateInfo *link = (VkLayerDeviceCreateInfo *)info->pNext;
  while (link && !(link->sType == VK_STRUCTURE_TYPE_LOADER_DEVICE_CREATE_INFO && link->function == VK_LAYER_LINK_INFO))
    link = (VkLayerDeviceCreateInfo *)link->pNext;
  if (!link) return VK_ERROR_INITIALIZATION_FAILED;
  PFN_vkGetInstanceProcAddr instance_proc = link->u.pLayerInfo->pfnNextGetInstanceProcAddr;
  next_device_proc = link->u.pLayerInfo->pfnNextGetDeviceProcAddr;
  link->u.pLayerInfo = link->u.pLayerInfo->pNext;
  PFN_vkCreateDevice create = (PFN_vkCreateDevice)instance_proc(the_instance, "vkCreateDevice");

  const char *wanted = VK_KHR_PIPELINE_EXECUTABLE_PROPERTIES_EXTENSION_NAME;
  const char **names = malloc((info->enabledExtensionCount + 1) * sizeof *names);
  int there = 0;
  for (unsigned i = 0; i < info->enabledExtensionCount; i++) {
    names[i] = info->ppEnabledExtensionNames[i];
    there |= strcmp(names[i], wanted) == 0;
  }
  VkDeviceCreateInfo more = *info;
  VkPhysicalDevicePipelineExecutablePropertiesFeaturesKHR feature = {
      VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_PIPELINE_EXECUTABLE_PROPERTIES_FEATURES_KHR, (void *)info->pNext, VK_TRUE};
  if (!there) {
    names[more.enabledExtensionCount++] = wanted;
    more.ppEnabledExtensionNames = names;
    more.pNext = &feature;
  }
  VkResult result = create(gpu, &more, alloc, device);
  free(names);
  return result;
}

#define NEXT(name) ((PFN_##name)next_device_proc(device, #name))

static void report(VkDevice device, VkPipeline pipeline) {
  FILE *to = output();
  VkPipelineInfoKHR info = {VK_STRUCTURE_TYPE_PIPELINE_INFO_KHR, NULL, pipeline};
  unsigned count = 0;
  if (!NEXT(vkGetPipelineExecutablePropertiesKHR)) { fprintf(to, "@none\n"); return; }
  NEXT(vkGetPipelineExecutablePropertiesKHR)(device, &info, &count, NULL);
  VkPipelineExecutablePropertiesKHR *properties = calloc(count, sizeof *properties);
  for (unsigned i = 0; i < count; i++) properties[i].sType = VK_STRUCTURE_TYPE_PIPELINE_EXECUTABLE_PROPERTIES_KHR;
  NEXT(vkGetPipelineExecutablePropertiesKHR)(device, &info, &count, properties);
  for (unsigned i = 0; i < count; i++) {
    fprintf(to, "@executable %s | subgroup size %u\n", properties[i].name, properties[i].subgroupSize);
    VkPipelineExecutableInfoKHR which = {VK_STRUCTURE_TYPE_PIPELINE_EXECUTABLE_INFO_KHR, NULL, pipeline, i};
    unsigned n = 0;
    NEXT(vkGetPipelineExecutableStatisticsKHR)(device, &which, &n, NULL);
    VkPipelineExecutableStatisticKHR *statistics = calloc(n, sizeof *statistics);
    for (unsigned s = 0; s < n; s++) statistics[s].sType = VK_STRUCTURE_TYPE_PIPELINE_EXECUTABLE_STATISTIC_KHR;
    NEXT(vkGetPipelineExecutableStatisticsKHR)(device, &which, &n, statistics);
    for (unsigned s = 0; s < n; s++) {
      fprintf(to, "@statistic %s: ", statistics[s].name);
      switch (statistics[s].format) {
        case VK_PIPELINE_EXECUTABLE_STATISTIC_FORMAT_BOOL32_KHR: fprintf(to, "%u\n", statistics[s].value.b32); break;
        case VK_PIPELINE_EXECUTABLE_STATISTIC_FORMAT_INT64_KHR: fprintf(to, "%lld\n", (long long)statistics[s].value.i64); break;
        case VK_PIPELINE_EXECUTABLE_STATISTIC_FORMAT_UINT64_KHR: fprintf(to, "%llu\n", (unsigned long long)statistics[s].value.u64); break;
        default: fprintf(to, "%g\n", statistics[s].value.f64);
      }
    }
    free(statistics);
    n = 0;
    NEXT(vkGetPipelineExecutableInternalRepresentationsKHR)(device, &which, &n, NULL);
    VkPipelineExecutableInternalRepresentationKHR *texts = calloc(n, sizeof *texts);
    for (unsigned s = 0; s < n; s++) texts[s].sType = VK_STRUCTURE_TYPE_PIPELINE_EXECUTABLE_INTERNAL_REPRESENTATION_KHR;
    NEXT(vkGetPipelineExecutableInternalRepresentationsKHR)(device, &which, &n, texts);
    for (unsigned s = 0; s < n; s++) texts[s].pData = calloc(1, texts[s].dataSize + 1);
    NEXT(vkGetPipelineExecutableInternalRepresentationsKHR)(device, &which, &n, texts);
    for (unsigned s = 0; s < n; s++) {
      const char *only = getenv("JUDGE_TEXT");
      if (texts[s].isText && (!only || strstr(texts[s].name, only))) fprintf(to, "@text %s\n%s\n@end\n", texts[s].name, (char *)texts[s].pData);
      free(texts[s].pData);
    }
    free(texts);
  }
  free(properties);
}

static VkResult VKAPI_CALL CreateComputePipelines(VkDevice device, VkPipelineCache cache, uint32_t count, const VkComputePipelineCreateInfo *infos,
                                                  const VkAllocationCallbacks *alloc, VkPipeline *pipelines) {
  VkResult worst = VK_SUCCESS;
  for (unsigned i = 0; i < count; i++) {
    VkComputePipelineCreateInfo info = infos[i];
    info.flags |= VK_PIPELINE_CREATE_CAPTURE_STATISTICS_BIT_KHR | VK_PIPELINE_CREATE_CAPTURE_INTERNAL_REPRESENTATIONS_BIT_KHR;
    VkResult result = NEXT(vkCreateComputePipelines)(device, VK_NULL_HANDLE, 1, &info, alloc, &pipelines[i]);
    if (result == VK_SUCCESS) report(device, pipelines[i]);
    else { worst = result; fprintf(output(), "@failed %d\n", result); }
    fflush(output());
  }
  return worst;
}

static PFN_vkVoidFunction VKAPI_CALL GetDeviceProc(VkDevice device, const char *name);

static PFN_vkVoidFunction own(const char *name) {
  if (!strcmp(name, "vkCreateDevice")) return (PFN_vkVoidFunction)CreateDevice;
  if (!strcmp(name, "vkCreateInstance")) return (PFN_vkVoidFunction)CreateInstance;
  if (!strcmp(name, "vkGetDeviceProcAddr")) return (PFN_vkVoidFunction)GetDeviceProc;
  if (!strcmp(name, "vkCreateComputePipelines")) return (PFN_vkVoidFunction)CreateComputePipelines;
  if (!strncmp(name, "vkCmd", 5)) return (PFN_vkVoidFunction)nothing;
  static const char *const skipped[] = {"vkBeginCommandBuffer", "vkEndCommandBuffer", "vkResetCommandBuffer", "vkResetCommandPool", "vkQueueSubmit",
                                        "vkQueueSubmit2", "vkQueueSubmit2KHR", "vkWaitForFences", "vkGetFenceStatus", "vkQueueWaitIdle", "vkDeviceWaitIdle"};
  for (unsigned i = 0; i < sizeof skipped / sizeof *skipped; i++)
    if (!strcmp(name, skipped[i])) return (PFN_vkVoidFunction)succeed;
  return NULL;
}

static PFN_vkVoidFunction VKAPI_CALL GetDeviceProc(VkDevice device, const char *name) {
  PFN_vkVoidFunction mine = own(name);
  return mine ? mine : next_device_proc(device, name);
}

static PFN_vkVoidFunction VKAPI_CALL GetInstanceProc(VkInstance instance, const char *name) {
  PFN_vkVoidFunction mine = own(name);
  if (mine) return mine;
  return next_instance_proc ? next_instance_proc(instance, name) : NULL;
}

__attribute__((visibility("default"))) VkResult VKAPI_CALL vkNegotiateLoaderLayerInterfaceVersion(VkNegotiateLayerInterface *version) {
  version->loaderLayerInterfaceVersion = 2;
  version->pfnGetInstanceProcAddr = GetInstanceProc;
  version->pfnGetDeviceProcAddr = GetDeviceProc;
  version->pfnGetPhysicalDeviceProcAddr = NULL;
  return VK_SUCCESS;
}
